using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>Says at the start what of the configuration was passed over.</summary>
internal sealed partial class ConfigNotes(IReadOnlyList<string> notes, ILogger logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var note in notes)
        {
            Log.PassedOver(logger, note);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1039, LogLevel.Warning, "{Note}")]
        public static partial void PassedOver(ILogger logger, string note);
    }
}
