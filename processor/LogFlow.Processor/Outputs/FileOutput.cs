using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Pipeline;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Output <c>file</c>: events appended to files whose path may hold fields. A batch counts as done when the files are
/// on disk (fsync). A path that fields lead out of the configured folder, or that cannot be written though others can,
/// gives its events to the failure file in that folder: what one event chose must not stop the others.
/// </summary>
internal sealed partial class FileOutput : Output
{
    private const int OpenFilesMax = 64;

    private readonly FileOutputOptions _options;
    private readonly string? _root;
    private readonly string _failurePath;
    private readonly TimeProvider _time;
    private readonly OutageReport _outage;
    private readonly ILogger _logger;
    private readonly BackoffPolicy _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private readonly WrittenOffsets _written = new();
    private readonly Dictionary<string, FileStream> _open = new(StringComparer.Ordinal);
    private long _refused;
    private long? _refusedMentioned;

    public FileOutput(
        int index, string name, int batchesMax, FileOutputOptions options, OutputServices services)
        : base(index, name, laneCount: 1, keepsOrder: true, batchesMax)
    {
        _options = options;
        _time = services.Time;
        _logger = services.Loggers.CreateLogger<FileOutput>();
        _outage = new OutageReport("Output file", services.Time, _logger);
        _root = FixedFolder(options.Path);
        _failurePath = Path.Combine(
            _root ?? Path.GetDirectoryName(Path.GetFullPath(options.Path.Text))!, options.FailureName);
    }

    public override string? LastError => _outage.LastError;

    public override DateTimeOffset? WaitingSince => _outage.WaitingSince;

    public override long Failures => _outage.Failures;

    public override OutputPart CreatePart(int recordCount) => new TextPart();

    public override void Encode(EventView item, in EventContext context, OutputPart part)
    {
        var text = (TextPart)part;
        var path = PathFor(item, context.Now);
        item.Encode(_options.Codec, text.Writer);
        text.EndPiece(path, context.Offset);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        CloseAll();
    }

    /// <summary>
    /// The folder that a path is confined to: what stands before its first field; null: it has no field.
    /// </summary>
    internal static string? FixedFolder(EventTemplate path)
    {
        if (path.IsLiteral)
        {
            return null;
        }

        var before = path.Text[..path.Text.IndexOf("%{", StringComparison.Ordinal)];
        var folder = Path.GetDirectoryName(Path.GetFullPath(before + "x"))!;
        return folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar;
    }

    protected override async Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            await WriteBatchAsync(batch, cancellationToken);
        }

        foreach (var batch in batches)
        {
            batch.OutputDone();
        }
    }

    /// <summary>A field that the event lacks stays in the path as written, as in Logstash: the file is in the folder
    /// all the same, and its name says what is missing.</summary>
    private string PathFor(EventView item, EventTimestamp now)
    {
        var path = item.Format(_options.Path, now);
        if (_root is null)
        {
            return path;
        }

        FilePathRules.Check(path);
        var full = Path.GetFullPath(path);
        return full.StartsWith(_root, StringComparison.Ordinal) ? full : _failurePath;
    }

    /// <summary>
    /// Appends the batch's pieces, file by file, and syncs. After a failure a file is cut back to where the batch began
    /// in it, so that the next attempt writes no line twice.
    /// </summary>
    private async Task WriteBatchAsync(InFlightBatch batch, CancellationToken cancellationToken)
    {
        if (batch.GetPart(Index) is TextPart part)
        {
            var targets = part.Pieces.Select(static piece => piece.Target).Distinct(StringComparer.Ordinal);
            foreach (var target in targets)
            {
                await WriteFileAsync(target, batch, part, cancellationToken);
            }
        }

        _written.Advance(batch.Window.Identity, batch.NextOffset);
    }

    private async Task WriteFileAsync(
        string target, InFlightBatch batch, TextPart part, CancellationToken cancellationToken)
    {
        var path = _options.CreatesIfDeleted || File.Exists(target) ? target : _failurePath;
        var retries = new Retries(_backoff, _time);
        while (TryAppend(path, target, batch, part) is { } error)
        {
            // A path that a field chose is that event's fault, unless nothing can be written beside it either.
            if (_root is not null && FilePathRules.Judge(error) == FileFault.Path
                && TryAppend(_failurePath, target, batch, part) is null)
            {
                MentionRefusal(path, error.Message);
                return;
            }

            _outage.Failed(new Uri("file://localhost"), $"{path}: {error.Message}", needsOperator: false);
            await retries.WaitAsync(needsOperator: false, cancellationToken);
        }
    }

    /// <summary>The first at once, then at most one line a minute: the paths come from the data.</summary>
    private void MentionRefusal(string path, string reason)
    {
        _refused++;
        var now = _time.GetTimestamp();
        if (_refusedMentioned is { } last && _time.GetElapsedTime(last, now) < TimeSpan.FromMinutes(1))
        {
            return;
        }

        Log.PathRefused(_logger, _refused, path, reason, _failurePath);
        _refusedMentioned = now;
        _refused = 0;
    }

    /// <summary>Appends the pieces for a target to a file; what went wrong, else null.</summary>
    private Exception? TryAppend(string path, string target, InFlightBatch batch, TextPart part)
    {
        long? start = null;
        FileStream? file = null;
        try
        {
            file = Open(path);
            start = file.Length;
            Write(file, target, batch, part);
            file.Flush(flushToDisk: true);
            _outage.Succeeded();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            CutBack(path, file, start);
            return error;
        }
    }

    private void Write(FileStream file, string target, InFlightBatch batch, TextPart part)
    {
        ReadOnlyMemory<byte>? last = null;
        foreach (var piece in part.Pieces)
        {
            if (piece.Target != target || _written.IsWritten(batch.Window.Identity, piece.Offset))
            {
                continue;
            }

            if (_options.Overwrite)
            {
                last = part.TextOf(piece);
                continue;
            }

            file.Write(part.TextOf(piece).Span);
        }

        if (last is { } text)
        {
            file.SetLength(0);
            file.Write(text.Span);
        }
    }

    private void CutBack(string path, FileStream? file, long? length)
    {
        if (file is null)
        {
            return;
        }

        _open.Remove(path);
        try
        {
            // Disposing may write what is still buffered, so the cut comes after it.
            file.Dispose();
        }
        catch (IOException)
        {
            // The same failure as before; the cut below removes what did get through.
        }

        try
        {
            if (length is { } start && !_options.Overwrite)
            {
                using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                RandomAccess.SetLength(handle, start);
            }
        }
        catch (IOException)
        {
            // The disk refuses even this: the file may end in the middle of a line, which the next attempt repeats.
        }
    }

    private FileStream Open(string path)
    {
        // A file that was removed or rotated away is made anew (Logstash create_if_deleted).
        if (_open.TryGetValue(path, out var known))
        {
            if (File.Exists(path))
            {
                return known;
            }

            _open.Remove(path);
            known.Dispose();
        }

        if (_open.Count >= OpenFilesMax)
        {
            CloseAll();
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        PrivateFiles.CreateDirectory(folder);
        var isNew = !File.Exists(path);
        var mode = _options.Overwrite ? FileMode.OpenOrCreate : FileMode.Append;
        var file = new FileStream(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 64 * 1024);
        _open.Add(path, file);
        if (isNew)
        {
            DurableFile.SyncDirectory(folder);
        }

        return file;
    }

    private void CloseAll()
    {
        foreach (var file in _open.Values)
        {
            file.Dispose();
        }

        _open.Clear();
    }

    private static partial class Log
    {
        [LoggerMessage(6051, LogLevel.Warning, "{Count} path(s) could not be written, whose events are "
            + "in {FailurePath} now; the last: {Path} ({Reason})")]
        public static partial void PathRefused(
            ILogger logger, long count, string path, string reason, string failurePath);
    }
}
