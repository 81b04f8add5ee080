using System.Buffers;
using System.Globalization;
using LogFlow.Bulk;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Writes events to files of a folder, one a line, named as Filebeat does (<c>filebeat-20261130.ndjson</c>,
/// <c>filebeat-20261130-1.ndjson</c>). A batch is acknowledged when it is synced; one that could not be written whole
/// is cut off again.
/// </summary>
internal sealed class FileBatchSink(FileOutputConfig config, TopicIdentity lanes, SinkContext context)
    : SerialBatchSink(
        lanes, $"Folder {config.Path}", new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), context)
{
    private readonly EventTextWriter _writer = new(config.Codec, config.FileName, context.Identity);
    private readonly long _rotateBytes = config.RotateEveryKb * 1024L;
    private FileStream? _file;

    protected override async Task DeliverAsync(ReadOnlyMemory<Record> events, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>();
        for (var index = 0; index < events.Length; index++)
        {
            _writer.Write(text, events.Span[index]);
            text.Write("\n"u8);
        }

        var file = Open();
        var length = file.Length;
        try
        {
            await file.WriteAsync(text.WrittenMemory, cancellationToken);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            file.SetLength(length);
            file.Position = length;
            throw;
        }
    }

    protected override ValueTask CloseAsync() => _file?.DisposeAsync() ?? default;

    private FileStream Open()
    {
        if (_file is { } open && open.Length < _rotateBytes)
        {
            return open;
        }

        var isFirst = _file is null;
        _file?.Dispose();
        _file = null;
        PrivateFiles.CreateDirectory(config.Path);
        var existing = Existing();
        if (isFirst && !config.RotateOnStartup && existing.Count > 0 && existing[^1].Length < _rotateBytes)
        {
            return _file = OpenAtEnd(existing[^1].FullName, FileMode.Open);
        }

        foreach (var old in existing.Take(Math.Max(0, existing.Count - config.NumberOfFiles + 1)))
        {
            old.Delete();
        }

        return _file = OpenAtEnd(NextName(), FileMode.CreateNew);
    }

    private FileStream OpenAtEnd(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = config.Mode;
        }

        var file = new FileStream(path, options);
        if (mode == FileMode.CreateNew)
        {
            // What is acknowledged is in a file whose name is on disk, too.
            DurableFile.SyncDirectory(config.Path);
        }

        file.Seek(0, SeekOrigin.End);
        return file;
    }

    /// <summary>This output's files, oldest first.</summary>
    private List<FileInfo> Existing() =>
        [.. new DirectoryInfo(config.Path).EnumerateFiles($"{config.FileName}-*.ndjson")
            .OrderBy(static file => file.LastWriteTimeUtc).ThenBy(static file => file.Name, StringComparer.Ordinal)];

    private string NextName()
    {
        var day = Context.Time.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var path = Path.Combine(config.Path, $"{config.FileName}-{day}.ndjson");
        for (var number = 1; File.Exists(path); number++)
        {
            path = Path.Combine(
                config.Path, string.Create(CultureInfo.InvariantCulture, $"{config.FileName}-{day}-{number}.ndjson"));
        }

        return path;
    }
}
