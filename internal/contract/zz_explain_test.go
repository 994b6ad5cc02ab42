package contract_test
import ("testing";"liaison/internal/db";"liaison/internal/id";"liaison/internal/contract";"liaison/internal/db/dbtest";"liaison/internal/clock";"fmt";"os";"time")
func TestExplain(t *testing.T){
	if os.Getenv("EXPLAIN")=="" {t.SkipNow()}
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping){
	w:=newWorld(t,d,clk)
	customer,system,person:=w.crowd(2000,5,20)
	_,_=customer,person
	if d.Engine()==db.Postgres { w.read(id.ID{}, func(tx *db.Tx) error { return nil }) }
	show:=func(q string,args ...any){
		pre:="EXPLAIN QUERY PLAN "
		if d.Engine()==db.Postgres {pre="EXPLAIN (ANALYZE, BUFFERS) "}
		w.read(id.ID{}, func(tx *db.Tx) error { return tx.Query(pre+q,args,func(scan func(...any) error) error {
			if d.Engine()==db.Postgres { var s string; err:=scan(&s); fmt.Println(s); return err}
			var a,b,c any; var s string; err:=scan(&a,&b,&c,&s); fmt.Println(s); return err})})
	}
	for _,q:=range contract.Queries() { show(q.Q, q.Args(system,person)...) 
	 s:=time.Now(); w.read(id.ID{}, func(tx *db.Tx) error { return tx.Query(q.Q,q.Args(system,person),func(scan func(...any) error) error {return nil})}); fmt.Println("TOOK",time.Since(s)); fmt.Println()}
	})
}
