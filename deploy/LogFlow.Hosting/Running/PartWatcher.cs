using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>A part that ends by itself ends the process, loudly: the others cannot do its work.</summary>
internal sealed partial class PartWatcher(
    IEnumerable<ILogFlowService> parts,
    IHostApplicationLifetime application,
    HostOutcome outcome,
    ILogger<PartWatcher> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = parts.Select(static part => (part.Name, part.Completion)).ToArray();
        if (running.Length == 0)
        {
            return;
        }

        var ended = await Task.WhenAny(running.Select(static part => part.Completion)).WaitAsync(stoppingToken);
        var name = Array.Find(running, part => part.Completion == ended).Name;
        if (ended.IsFaulted)
        {
            outcome.Fail();
            Log.PartFailed(logger, ended.Exception?.InnerException, name);
        }
        else
        {
            Log.PartDone(logger, name);
        }

        application.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "The {Part} failed and cannot go on; stopping everything")]
        public static partial void PartFailed(ILogger logger, Exception? error, string part);

        [LoggerMessage(1011, LogLevel.Information, "The {Part} has done all it had to; stopping")]
        public static partial void PartDone(ILogger logger, string part);
    }
}
