using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// At its first start an input goes on where a Filebeat had read its files to: nothing is sent twice, nothing skipped.
/// </summary>
internal sealed partial class FilestreamInput
{
    private FilebeatPositions? _takeOver;
    private int _takenOver;

    /// <summary>Begins a file that was never read where Filebeat ended; false where Filebeat did not read it.</summary>
    private bool TryTakeOver(TrackedFile file, ILogFile opened)
    {
        if (!file.IsToTakeOver)
        {
            return false;
        }

        file.IsToTakeOver = false;
        var path = RawPath.Display(file.Harvester.Path);
        if (_takeOver?.Find(_options.Config, file.Harvester.Path, file.Harvester.Identity, opened) is not { } state)
        {
            return false;
        }

        if (!ContentMark.TryReadTail(opened, state.Offset, out var tailCrc))
        {
            Log.TakenOverShorter(_logger, _options.Id, path, opened.GetLength(), state.Offset);
            return false;
        }

        if (!EndsLine(opened, state.Offset))
        {
            Log.TakenOverInLine(_logger, _options.Id, path, state.Offset);
        }

        file.Harvester.SkipTo(opened, state.Offset, tailCrc);
        _takenOver++;
        Log.TakenOver(_logger, _options.Id, path, state.Offset);
        return true;
    }

    private void SayTakenOver()
    {
        if (_takeOver is { } positions)
        {
            Log.TakenOverAll(_logger, _options.Id, _takenOver, positions.Count, positions.Place);
        }
    }

    /// <summary>Encodings of two bytes have a NUL beside the line feed.</summary>
    private static bool EndsLine(ILogFile opened, long offset)
    {
        Span<byte> before = stackalloc byte[2];
        var length = (int)Math.Min(offset, before.Length);
        var read = ContentMark.ReadFully(opened, before[..length], offset - length);
        return read == 0 || before[..read].IndexOfAny("\n\r\0\v\f"u8) >= 0;
    }

    private static partial class Log
    {
        [LoggerMessage(4320, LogLevel.Debug,
            "Input {Input}: {Path} is read from byte {Position}, where Filebeat ended")]
        public static partial void TakenOver(ILogger logger, string input, string path, long position);

        [LoggerMessage(4321, LogLevel.Warning,
            "Input {Input}: {Path} has {Length} bytes, Filebeat had read {Position}: it was truncated since and is "
            + "read from its beginning")]
        public static partial void TakenOverShorter(
            ILogger logger, string input, string path, long length, long position);

        [LoggerMessage(4322, LogLevel.Warning,
            "Input {Input}: {Path}: Filebeat ended at byte {Position}, in the middle of a line; its rest is sent as "
            + "one")]
        public static partial void TakenOverInLine(ILogger logger, string input, string path, long position);

        [LoggerMessage(4323, LogLevel.Information,
            "Input {Input}: of its files {Files} go on where Filebeat ended, which knew {Known} in {Registry}")]
        public static partial void TakenOverAll(ILogger logger, string input, int files, int known, string registry);
    }
}
