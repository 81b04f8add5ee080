using LogFlow.Platform;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// Says once that a data folder which somebody made is open to others: what it holds may come from logs that they
/// may not read.
/// </summary>
internal sealed partial class DataFolderCheck(HostSettings settings, ILogger<DataFolderCheck> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.DataFolder is { } folder && PrivateFiles.IsOpenToOthers(folder))
        {
            Log.OpenToOthers(logger, folder);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1008, LogLevel.Warning,
            "Every user of this machine can read the data folder {Folder}, and with it the logs that are shipped; "
            + "close it with: chmod -R o-rwx,g-w {Folder}")]
        public static partial void OpenToOthers(ILogger logger, string folder);
    }
}
