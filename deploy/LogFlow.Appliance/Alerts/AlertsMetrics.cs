using System.Diagnostics.Metrics;

namespace LogFlow.Appliance;

/// <summary>The alerts' instruments, meter <c>LogFlow.Alerts</c>.</summary>
internal sealed class AlertsMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _evaluations;
    private readonly Counter<long> _evaluationFailures;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _givenUp;
    private readonly Counter<long> _unsaved;

    /// <summary>Makes them.</summary>
    /// <param name="factory">Where.</param>
    /// <param name="firing">How many alerts fire now.</param>
    public AlertsMetrics(IMeterFactory factory, Func<int> firing)
    {
        _meter = factory.Create("LogFlow.Alerts");
        _meter.CreateObservableGauge("logflow.alerts.firing", firing, "{alert}", "Alerts that fire.");
        _evaluations = _meter.CreateCounter<long>(
            "logflow.alerts.evaluations", "{evaluation}", "Evaluations of alerts that had an answer.");
        _evaluationFailures = _meter.CreateCounter<long>("logflow.alerts.evaluation.failures", "{evaluation}",
            "Evaluations of alerts that had no answer; the alert stays as it was.");
        _sent = _meter.CreateCounter<long>(
            "logflow.alerts.actions.sent", "{notification}", "Notifications delivered, by kind of action.");
        _failed = _meter.CreateCounter<long>("logflow.alerts.actions.failed", "{attempt}",
            "Attempts to deliver a notification that failed, by kind of action; most are tried again.");
        _givenUp = _meter.CreateCounter<long>("logflow.alerts.actions.given_up", "{notification}",
            "Notifications that nobody gets: all attempts failed, or too many waited. By kind of action.");
        _unsaved = _meter.CreateCounter<long>(
            "logflow.alerts.state.failures", "{write}", "Changes of the alerts' state that could not be saved.");
    }

    public void Evaluated() => _evaluations.Add(1);

    public void EvaluationFailed() => _evaluationFailures.Add(1);

    public void Sent(string kind) => _sent.Add(1, Tag(kind));

    public void Failed(string kind) => _failed.Add(1, Tag(kind));

    public void GaveUp(string kind, int count = 1) => _givenUp.Add(count, Tag(kind));

    public void Unsaved() => _unsaved.Add(1);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string kind) => new("action", kind);
}
