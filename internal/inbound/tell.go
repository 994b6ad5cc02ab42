package inbound

import "liaison/internal/db"

// tellLiaisons lets the liaisons of a case know that a colleague's reply waits for them (R1.1-03): once, until they have decided.
func (s *Service) tellLiaisons(tx *db.Tx, r *receipt) error {
	if r.out.answer != AnswerWaits {
		return nil
	}
	waiting := 0
	err := tx.Row(`SELECT count(*) FROM inbound_mail WHERE sender = $1 AND case_number = $2 AND state = 'held' AND reason = $3`,
		[]any{r.msg.From.Addr, r.facts.on.number, UnverifiedParticipant}, &waiting)
	if err != nil || waiting > 0 {
		return err
	}
	return s.Cases.TellColleagueWrote(tx, r.facts.on.number, r.id)
}
