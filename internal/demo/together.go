package demo

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/id"
)

// taskTexts are what the owner of an urgent case asks of the customer, with what the liaison answers to the first.
func taskTexts(language string) (test, information, measure, answer string) {
	if language == "zh-Hans" {
		return "请在测试系统上关闭缓存后再次打开报表，并告知结果。", "请提供最近两小时的**内核日志**。", "请在今晚的维护时段重启备用节点。", "关闭缓存后报表可以打开。"
	}
	return "Please open the report on the test system with the cache switched off, and tell us what happens.", "Please send the **kernel log** of the last two hours.",
		"Please restart the standby node in tonight's maintenance window.", "With the cache switched off it opens."
}

// together is what the customer does on an urgent case: a team, times at which it can be reached, and three tasks of which
// one is done, one is late and one is still to come.
func (s *seeder) together(sc *script, h *home, who, owner access.Actor) {
	test, information, measure, answer := taskTexts(h.language)
	var first id.ID
	ask := func(after time.Duration, kind, text string, due time.Time, asked *id.ID) {
		sc.onCase(after, func(ctx context.Context) error {
			t, err := s.app.Cases.AskTask(ctx, owner, sc.number, cases.NewTask{Kind: kind, Text: text, Due: due})
			if err == nil && asked != nil {
				*asked = t.ID
			}
			return err
		})
	}
	ask(10*time.Minute, "test", test, s.first.Add(-20*time.Hour), &first)
	sc.onCase(2*time.Hour, func(ctx context.Context) error {
		_, err := s.app.Cases.AnswerTask(ctx, who, sc.number, first, "*", cases.EndTask{State: cases.TaskDone, Text: answer})
		return err
	})
	sc.onCase(5*time.Minute, func(ctx context.Context) error { return s.namePeople(ctx, sc.number, who) })
	ask(30*time.Minute, "information", information, s.first.Add(-3*time.Hour), nil)
	ask(5*time.Minute, "measure", measure, s.first.Add(20*time.Hour), nil)
}

// namePeople names the customer's people on a case: each in a role, and by day or by night.
func (s *seeder) namePeople(ctx context.Context, number string, who access.Actor) error {
	plan, err := s.app.Cases.CustomerPlan(ctx, who, number)
	if err != nil {
		return err
	}
	var team []cases.TeamMember
	var times []cases.ContactTime
	today := calendar.DateOf(s.first, time.UTC)
	for i, p := range plan.People {
		if i == 3 {
			break
		}
		role := cases.TeamRoles()[i+1]
		if p.ID == who.Person {
			role = "lead"
		}
		team = append(team, cases.TeamMember{Who: p, Role: role})
		hours := []calendar.Window{{Open: 8 * 60, Close: 18 * 60}, {Open: 18 * 60, Close: 24 * 60}, {Open: 22 * 60, Close: 30 * 60}}[i]
		times = append(times, cases.ContactTime{Who: p, Way: cases.ContactWays()[i%2], First: today.AddDays(-1), Last: today.AddDays(5), Hours: hours, Zone: p.Zone})
	}
	if _, err := s.app.Cases.SetTeam(ctx, who, number, "*", team); err != nil {
		return err
	}
	_, err = s.app.Cases.SetContactTimes(ctx, who, number, "*", times)
	return err
}
