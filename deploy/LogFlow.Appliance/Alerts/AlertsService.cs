using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>
/// Evaluates alerts and tells of them: a runner for each alert, a sender for each of its actions. What there is to tell
/// is saved with the change that it tells of, so a restart neither repeats nor forgets it.
/// </summary>
internal sealed class AlertsService : ILogFlowService
{
    private readonly BackgroundWork _work = new();
    private readonly SearchClient _client;
    private readonly AlertBook _book;
    private readonly AlertsMetrics _metrics;
    private readonly List<AlertRunner> _runners = [];
    private readonly List<AlertSender> _senders = [];
    private readonly List<AlertAction> _actions = [];

    /// <summary>Prepares it; nothing is read before the start.</summary>
    /// <param name="alerts">What is evaluated; those that are switched off are left out.</param>
    /// <param name="smtp">The mail server.</param>
    /// <param name="dataFolder">Where the state is kept.</param>
    /// <param name="client">The server that is asked; it is disposed with this.</param>
    /// <param name="surroundings">What there is around it.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="meters">Where it makes its meter.</param>
    /// <param name="time">The clock.</param>
    public AlertsService(
        IEnumerable<AlertConfig> alerts,
        SmtpConfig smtp,
        string dataFolder,
        SearchClient client,
        AlertSurroundings surroundings,
        ILoggerFactory loggers,
        IMeterFactory meters,
        TimeProvider time)
    {
        var logger = loggers.CreateLogger<AlertsService>();
        _client = client;
        _metrics = new AlertsMetrics(meters, () => GetStatus().Count(static alert => alert.State.IsFiring));
        _book = new AlertBook(new AlertStateFile(dataFolder, time), _metrics, logger);
        foreach (var alert in alerts.Where(static alert => alert.IsEnabled))
        {
            var rule = AlertRule.Of(alert);
            var actions = AlertActions.Of(alert, smtp, time);
            var senders = actions.Select((action, index) => (
                Sender: new AlertSender(
                    rule.Name, $"{index + 1} {action.Name}", action, _book, _metrics, time, logger),
                Action: action)).ToArray();
            _actions.AddRange(actions);
            _senders.AddRange(senders.Select(static entry => entry.Sender));
            _runners.Add(new AlertRunner(
                rule, new AlertQuery(client), _book, senders, surroundings, _metrics, time, logger));
        }
    }

    /// <inheritdoc/>
    public string Name => "alerts";

    /// <inheritdoc/>
    public Task Completion => _work.Completion;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _book.Load([.. _runners.Select(static runner => runner.Rule.Name)], [.. _senders]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot read the state of the alerts (path.data): {error.Message}");
        }

        _senders.ForEach(sender => _work.Start($"action {sender.Key}", sender.RunAsync));
        _runners.ForEach(runner => _work.Start($"alert {runner.Rule.Name}", runner.RunAsync));
        return Task.CompletedTask;
    }

    /// <summary>Evaluates no more; what is not delivered yet is saved, and delivered after the next start.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _work.StopAsync();

    /// <inheritdoc/>
    public HealthReport CheckHealth()
    {
        var status = GetStatus();
        var firing = status.Where(static alert => alert.State.IsFiring)
            .Select(static alert => alert.Rule.Name).ToArray();
        var failed = status.Count(static alert => alert.State.Error is not null);
        return (firing.Length, failed) switch
        {
            (0, 0) => HealthReport.Ready,
            (_, 0) => new HealthReport(true, LogText.Escape($"ok, but firing: {string.Join(", ", firing)}")),
            _ => new HealthReport(true, $"ok, but {failed} alert(s) cannot be evaluated"),
        };
    }

    /// <summary>The alerts, in the order of the configuration.</summary>
    public IReadOnlyList<AlertStatus> GetStatus() =>
        [.. _runners.Select(runner => new AlertStatus(runner.Rule, _book.Get(runner.Rule.Name)))];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        _actions.ForEach(static action => action.Dispose());
        _client.Dispose();
        _metrics.Dispose();
    }
}
