using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>Says at the start what of the configuration was taken and does nothing, or something else, here.</summary>
internal sealed partial class ConfigWarnings(ConfigReport report, ILogger<ConfigWarnings> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var warning in report.Warnings)
        {
            Log.Warned(logger, warning.Location.ToString(), SecretText.Hide(warning.Message));
        }

        foreach (var note in report.Notes)
        {
            Log.PassedOver(logger, note);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1009, LogLevel.Warning, "Configuration, {Place}: {Problem}")]
        public static partial void Warned(ILogger logger, string place, string problem);

        [LoggerMessage(1039, LogLevel.Warning, "{Note}")]
        public static partial void PassedOver(ILogger logger, string note);
    }
}
