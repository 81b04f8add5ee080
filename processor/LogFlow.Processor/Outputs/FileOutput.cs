using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Execution;
using LogFlow.Processor.Pipeline;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Outputs;

/// <summary>
/// Output <c>file</c>: events appended to files whose path may hold fields. A batch counts as done when the files are
/// on disk (fsync). A path that fields lead out of the configured folder goes to <see cref="EscapedName"/> in it.
/// </summary>
internal sealed class FileOutput : Output
{
    private const string EscapedName = "_filepath_failures";
    private const int OpenFilesMax = 64;

    private readonly EventTemplate _path;
    private readonly string? _root;
    private readonly ICodec _codec;
    private readonly bool _overwrite;
    private readonly TimeProvider _time;
    private readonly OutageReport _outage;
    private readonly BackoffPolicy _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private readonly WrittenOffsets _written = new();
    private readonly Dictionary<string, FileStream> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);

    public FileOutput(
        int index, string name, int batchesMax, FileOutputOptions options, OutputServices services)
        : base(index, name, laneCount: 1, keepsOrder: true, batchesMax)
    {
        _path = options.Path;
        _codec = options.Codec;
        _overwrite = options.Overwrite;
        _time = services.Time;
        _outage = new OutageReport("Output file", services.Time, services.Loggers.CreateLogger<FileOutput>());
        _root = FixedFolder(options.Path);
    }

    public override string? LastError => _outage.LastError;

    public override DateTimeOffset? WaitingSince => _outage.WaitingSince;

    public override long Failures => _outage.Failures;

    public override OutputPart CreatePart(int recordCount) => new TextPart();

    public override void Encode(Event item, in EventContext context, OutputPart part)
    {
        var text = (TextPart)part;
        _codec.Encode(item, text.Writer);
        text.EndPiece(PathFor(item, context.Now), context.Offset);
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

    private string PathFor(Event item, EventTimestamp now)
    {
        var path = _path.Format(item, now);
        if (_root is null)
        {
            return path;
        }

        var full = Path.GetFullPath(path);
        return full.StartsWith(_root, StringComparison.Ordinal) ? full : Path.Combine(_root, EscapedName);
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
                for (var failures = 0; !TryAppend(target, batch, part);)
                {
                    await Task.Delay(_backoff.GetDelay(++failures), _time, cancellationToken);
                }
            }
        }

        _written.Advance(batch.Window.Identity, batch.NextOffset);
    }

    private bool TryAppend(string path, InFlightBatch batch, TextPart part)
    {
        long? start = null;
        FileStream? file = null;
        try
        {
            file = Open(path);
            start = file.Length;
            foreach (var piece in part.Pieces)
            {
                if (piece.Target == path && !_written.IsWritten(batch.Window.Identity, piece.Offset))
                {
                    file.Write(part.TextOf(piece).Span);
                }
            }

            file.Flush(flushToDisk: true);
            _outage.Succeeded();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            CutBack(path, file, start);
            _outage.Failed(new Uri("file://localhost"), $"{path}: {error.Message}", needsOperator: false);
            return false;
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
            if (length is { } start)
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
        Directory.CreateDirectory(folder);
        var isNew = !File.Exists(path);
        var mode = _overwrite && _started.Add(path) ? FileMode.Create : FileMode.Append;
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
}
