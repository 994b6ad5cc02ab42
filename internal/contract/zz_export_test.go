package contract
import "liaison/internal/id"
type Q struct{Q string; Args func(system, person id.ID) []any}
func Queries() []Q { return []Q{
 {changedQuery, func(s,p id.ID) []any{return []any{"2026-03-04","2026-03-04",100}}},
 {`SELECT DISTINCT o.tenant_id, o.system_id, o.suspended FROM support_case o WHERE o.is_open`, func(s,p id.ID) []any{return nil}},
 {intakeQuery, func(s,p id.ID) []any{return []any{s,p,"2026-03-04","server","2025.1"}}},
}}
