using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What it says.</summary>
internal sealed partial class FilestreamInput
{
    private static partial class Log
    {
        [LoggerMessage(4300, LogLevel.Error, "Input {Input}: looking for files failed unexpectedly; it is tried again")]
        public static partial void ProspectorFailed(ILogger logger, string input, Exception error);

        [LoggerMessage(4301, LogLevel.Warning, "Input {Input}: {Path} cannot be read: {Reason}. It is tried again")]
        public static partial void CannotRead(ILogger logger, string input, string path, string reason);

        [LoggerMessage(4309, LogLevel.Error, "Input {Input}: looking at {Path} failed unexpectedly; it is tried again")]
        public static partial void LookFailed(ILogger logger, string input, string path, Exception error);

        [LoggerMessage(4302, LogLevel.Warning,
            "Input {Input}: {Path} is gzip-compressed, continues no log that is known, and is not read; exclude it "
            + "with prospector.scanner.exclude_files")]
        public static partial void Compressed(ILogger logger, string input, string path);

        [LoggerMessage(4303, LogLevel.Debug, "Input {Input}: new file {Path}, read from {Position}")]
        public static partial void NewFile(ILogger logger, string input, string path, long position);

        [LoggerMessage(4304, LogLevel.Debug, "Input {Input}: {OldPath} was renamed to {Path}")]
        public static partial void Renamed(ILogger logger, string input, string oldPath, string path);

        [LoggerMessage(4305, LogLevel.Debug, "Input {Input}: {Path} is gone and forgotten")]
        public static partial void Removed(ILogger logger, string input, string path);

        [LoggerMessage(4306, LogLevel.Trace, "Input {Input}: closed {Path}: {Reason}")]
        public static partial void Closed(ILogger logger, string input, string path, string reason);

        [LoggerMessage(4307, LogLevel.Information,
            "Input {Input}: {Path} is a copy of {Source} that was made by rotation; its first {Position} bytes are "
            + "not read again")]
        public static partial void CopyFound(
            ILogger logger, string input, string path, string source, long position);

        [LoggerMessage(4310, LogLevel.Warning,
            "Input {Input}: {Path}: {Bytes} bytes were gone before they could be read: {Reason}")]
        public static partial void Lost(ILogger logger, string input, string path, long bytes, string reason);

        [LoggerMessage(4311, LogLevel.Warning,
            "Input {Input}: {Path} was truncated or replaced while nobody looked. What was written to it behind byte "
            + "{Position}, if anything, cannot be read: {Reason}")]
        public static partial void MayBeLost(ILogger logger, string input, string path, long position, string reason);

        [LoggerMessage(4312, LogLevel.Information,
            "Input {Input}: {Path} is what rotation made of {Source}; it is read from byte {Position} on")]
        public static partial void Adopted(ILogger logger, string input, string path, string source, long position);

        [LoggerMessage(4313, LogLevel.Warning,
            "Input {Input}: {Path} was made and went, or got another name, before it could be looked at. It is the "
            + "first of this run; logflow_agent_files_vanished_total counts them")]
        public static partial void Vanished(ILogger logger, string input, string path);

        [LoggerMessage(4314, LogLevel.Information,
            "Input {Input}: {Path} was deleted: all of its {Bytes} bytes are acknowledged (delete.enabled)")]
        public static partial void Deleted(ILogger logger, string input, string path, long bytes);

        [LoggerMessage(4315, LogLevel.Warning,
            "Input {Input}: {Path} cannot be deleted: {Reason}. It is tried again every {Seconds} s: let the agent "
            + "write to its folder (systemd: ReadWritePaths=), or set delete.enabled: false")]
        public static partial void CannotDelete(
            ILogger logger, string input, string path, string reason, double seconds);

        [LoggerMessage(4308, LogLevel.Warning,
            "Input {Input}: {Open} files are open, as many as may be; {Path} waits until one can be closed")]
        public static partial void TooManyOpen(ILogger logger, string input, int open, string path);
    }
}
