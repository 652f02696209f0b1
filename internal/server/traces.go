package server

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"liqa/internal/secretariat"
)

// traced reports whether the standard variables of OpenTelemetry ask for
// traces: an address to send them to, and nothing that forbids it.
func traced(env func(string) string) bool {
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") || strings.EqualFold(env("OTEL_TRACES_EXPORTER"), "none") {
		return false
	}
	return env("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// openTraces gives what is told of each act that has been answered, which is
// count alone unless the environment asks for traces; then they go out too, by
// OTLP over HTTP, as the other OTEL_ variables say, until end.
func openTraces(ctx context.Context, count func(secretariat.Passage)) (passed func(secretariat.Passage), end func() error, err error) {
	if !traced(os.Getenv) {
		return count, func() error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("traces cannot be sent: %w", err)
	}
	who, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "liqa")), resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return nil, nil, fmt.Errorf("traces cannot be sent: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(who))
	tracer := provider.Tracer("liqa/internal/secretariat")
	end = func() error {
		limit, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = provider.Shutdown(limit) // a collector that has gone keeps nobody from closing
		return nil
	}
	return func(p secretariat.Passage) { count(p); tell(tracer, p) }, end, nil
}

// tell makes the spans of one act, as they were: the act itself, and in it
// waiting for its turn, and each stage that it reached.
func tell(tracer trace.Tracer, p secretariat.Passage) {
	ctx, whole := tracer.Start(context.Background(), "act", trace.WithTimestamp(p.Asked), trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("liqa.summit", string(p.Summit)), attribute.String("liqa.seat", string(p.By)),
			attribute.String("liqa.act", p.Act), attribute.Int("liqa.events", p.Events)))
	from := p.Asked
	for _, stage := range []struct {
		name string
		to   time.Time
	}{
		{"wait", p.Begun}, {"decide", p.Decided}, {"plan", p.Planned}, {"cut", p.Cut},
		{"journal", p.Journaled}, {"apply", p.Applied}, {"answer", p.Answered},
	} {
		if stage.to.IsZero() {
			continue
		}
		_, span := tracer.Start(ctx, stage.name, trace.WithTimestamp(from))
		span.End(trace.WithTimestamp(stage.to))
		from = stage.to
	}
	if p.Refused != "" {
		whole.SetAttributes(attribute.String("liqa.refused", p.Refused))
		whole.SetStatus(codes.Error, p.Refused)
	}
	whole.End(trace.WithTimestamp(p.Answered))
}
