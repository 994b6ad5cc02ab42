package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"liaison/internal/clock"
)

// metrics are the figures for operators, on the administrators' address only. They count; they name nobody.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	sweeps   *prometheus.CounterVec
	touched  prometheus.Counter
	mails    *prometheus.CounterVec
	wall     clock.Real
}

func newMetrics(a *App) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "liaison_http_request_seconds",
			Help: "Time to answer, by method, route and status.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}},
			[]string{"method", "route", "status"}),
		sweeps: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liaison_sweeps_total",
			Help: "Runs of the due sweep, by outcome."}, []string{"outcome"}),
		touched: prometheus.NewCounter(prometheus.CounterOpts{Name: "liaison_sweep_cases_total",
			Help: "Cases in which the due sweep found something to do."}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liaison_mails_received_total",
			Help: "Mails that came in, by what became of them."}, []string{"state"}),
	}
	m.registry.MustRegister(m.requests, m.sweeps, m.touched, m.mails, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), jobCollector{a}, heldCollector{a})
	return m
}

func (m *metrics) started() time.Time { return m.wall.Now() }

func (m *metrics) observe(method, route string, status int, start time.Time) time.Duration {
	took := m.wall.Now().Sub(start)
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
	return took
}

func (m *metrics) mailSeen(state string) { m.mails.WithLabelValues(state).Inc() }

func (m *metrics) swept(n int, err error) {
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	m.sweeps.WithLabelValues(outcome).Inc()
	m.touched.Add(float64(n))
}

// adminHandler serves what is for operators only.
func (a *App) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	return mux
}

// jobCollector counts the jobs when it is asked.
type jobCollector struct{ a *App }

// Describe names what Collect gives.
func (c jobCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc() }

func (jobCollector) desc() *prometheus.Desc {
	return prometheus.NewDesc("liaison_jobs", "Jobs by state.", []string{"state"}, nil)
}

// Collect counts now.
func (c jobCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n, err := c.a.Jobs.Counts(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(c.desc(), err)
		return
	}
	for state, v := range map[string]int64{"waiting": n.Waiting, "running": n.Running, "retrying": n.Retrying, "failed": n.Failed} {
		ch <- prometheus.MustNewConstMetric(c.desc(), prometheus.GaugeValue, float64(v), state)
	}
}

// heldCollector asks how long held mail waits when it is asked.
type heldCollector struct{ a *App }

// Describe names what Collect gives.
func (c heldCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc() }

func (heldCollector) desc() *prometheus.Desc {
	return prometheus.NewDesc("liaison_mails_held_oldest_seconds", "Age of the mail that has waited longest for a decision; 0 when none waits.", nil, nil)
}

// Collect asks now.
func (c heldCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	received, waits, err := c.a.Inbound.OldestHeld(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(c.desc(), err)
		return
	}
	age := 0.0
	if waits {
		age = max(0, c.a.Clock.Now().Sub(received).Seconds())
	}
	ch <- prometheus.MustNewConstMetric(c.desc(), prometheus.GaugeValue, age)
}
