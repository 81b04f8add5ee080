using System.Globalization;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A run of a partition's batches in one file, named for its first offset, with an index beside it. Files are opened on
/// use and closed when idle, so that thousands of quiet partitions cost nothing. The active segment (the last) is
/// written by the writer thread; space behind its end is reserved and reads as zeros.
/// </summary>
internal sealed class LogSegment
{
    public const string LogSuffix = ".log";
    public const string IndexSuffix = ".index";

    /// <summary>The largest timestamp of no batch at all.</summary>
    public const long NoTimestamp = long.MinValue + 1;

    private const long UnknownTimestamp = long.MinValue;

    private readonly IFileSystem _files;

    // Guards _file, _index and _isDeleted against opening and closing at once. Held while an index is loaded, never
    // while batches are read or written.
    private readonly Lock _openLock = new();
    private volatile IStorageFile? _file;
    private volatile SegmentIndex? _index;
    private volatile bool _isDeleted;
    private long _durablePosition;
    private long _maxTimestampMs = UnknownTimestamp;
    private long _lastUsedMs;

    /// <param name="files">The disk.</param>
    /// <param name="directory">The partition's.</param>
    /// <param name="baseOffset">The first offset that it may hold.</param>
    /// <param name="endPosition">Bytes of valid data.</param>
    /// <param name="isSealed">It is not the last.</param>
    /// <param name="path">Where its data is for now (see <see cref="MoveTo"/>); null: where it belongs.</param>
    public LogSegment(
        IFileSystem files, string directory, long baseOffset, long endPosition, bool isSealed, string? path = null)
    {
        _files = files;
        BaseOffset = baseOffset;
        var name = Path.Combine(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture));
        LogPath = path ?? (name + LogSuffix);
        IndexPath = name + IndexSuffix;
        SetEnd(endPosition);
        IsSealed = isSealed;
    }

    public long BaseOffset { get; }

    /// <summary>Where its data is.</summary>
    public string LogPath { get; private set; }

    public string IndexPath { get; }

    /// <summary>Bytes of data, synced or not. The writer's, until sealed.</summary>
    public long EndPosition { get; private set; }

    /// <summary>Bytes of data that readers may see.</summary>
    public long DurablePosition => Volatile.Read(ref _durablePosition);

    /// <summary>Bytes of data that a sync has covered. The writer's.</summary>
    public long SyncedPosition { get; set; }

    /// <summary>Bytes that this process has not written or checked: their CRC is checked when they are read.</summary>
    public long UnverifiedEnd { get; set; }

    /// <summary>Nothing is appended any more.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>The bytes that the file has space for; 0 until it is known.</summary>
    public long ReservedBytes { get; set; }

    /// <summary>Position of the last index entry: the next is due an interval later.</summary>
    public long LastIndexedPosition { get; private set; }

    /// <summary>When the first batch was appended; 0: there is none yet, or it is not known.</summary>
    public long FirstAppendMs { get; set; }

    /// <summary>
    /// When this process last appended, by the monotonic clock (TimeProvider.GetTimestamp); 0: it has not.
    /// </summary>
    public long LastAppendTimestamp { get; set; }

    public bool IsDeleted => _isDeleted;

    public static string NameOf(long baseOffset) =>
        baseOffset.ToString("D20", CultureInfo.InvariantCulture) + LogSuffix;

    public static bool TryParseName(string fileName, out long baseOffset)
    {
        baseOffset = 0;
        return fileName.EndsWith(LogSuffix, StringComparison.Ordinal)
            && long.TryParse(
                fileName.AsSpan(0, fileName.Length - LogSuffix.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out baseOffset);
    }

    /// <summary>The open file.</summary>
    /// <exception cref="ObjectDisposedException">The segment was deleted.</exception>
    public IStorageFile File => _file ?? Open();

    /// <summary>Reads; opens the file again where upkeep closes it at that moment.</summary>
    /// <exception cref="ObjectDisposedException">The segment was deleted.</exception>
    public int Read(Span<byte> buffer, long position)
    {
        Volatile.Write(ref _lastUsedMs, Environment.TickCount64);
        while (true)
        {
            var file = File;
            try
            {
                return file.Read(buffer, position);
            }
            catch (ObjectDisposedException) when (!_isDeleted && !ReferenceEquals(file, _file))
            {
                // Closed as idle between the two lines above.
            }
        }
    }

    /// <summary>The file for a reader of its own; whatever happens to the segment, it can be read to the end.</summary>
    /// <exception cref="ObjectDisposedException">The segment was deleted.</exception>
    public IStorageFile Share()
    {
        Touch();
        while (true)
        {
            var file = File;
            try
            {
                return file.Share();
            }
            catch (ObjectDisposedException) when (!_isDeleted && !ReferenceEquals(file, _file))
            {
                // Closed as idle between the two lines above.
            }
        }
    }

    /// <summary>What was read from it cannot be right: everything is checked from now on.</summary>
    public void Distrust() => UnverifiedEnd = DurablePosition;

    /// <summary>The index: as loaded, or made from the data where its file is missing or damaged.</summary>
    public SegmentIndex Index => _index ?? LoadIndex(mayUseFile: true);

    /// <summary>Makes the index from the data; for one whose content turned out to be wrong.</summary>
    public void RebuildIndex()
    {
        // In one step: between the two the writer would else load the bad file again.
        lock (_openLock)
        {
            _index = null;
            LoadIndex(mayUseFile: false);
        }
    }

    /// <summary>The largest timestamp of its batches; NoTimestamp where it has none.</summary>
    public long MaxTimestampMs
    {
        get
        {
            var known = Volatile.Read(ref _maxTimestampMs);
            if (known != UnknownTimestamp)
            {
                return known;
            }

            _ = Index;
            return Volatile.Read(ref _maxTimestampMs);
        }
        set => Volatile.Write(ref _maxTimestampMs, value);
    }

    public bool IsMaxTimestampKnown => Volatile.Read(ref _maxTimestampMs) != UnknownTimestamp;

    /// <summary>Writer: a batch will be written at the end. Adds an index entry where one is due.</summary>
    public void Add(long baseOffset, int size, long maxTimestampMs, int indexIntervalBytes)
    {
        var maxBefore = MaxTimestampMs;
        if (EndPosition - LastIndexedPosition > indexIntervalBytes)
        {
            Index.Append(new IndexEntry((uint)(baseOffset - BaseOffset), (uint)EndPosition, maxBefore));
            LastIndexedPosition = EndPosition;
        }

        MaxTimestampMs = Math.Max(maxBefore, maxTimestampMs);
        EndPosition += size;
    }

    /// <summary>Writer: everything up to the end is synced, or counts as such.</summary>
    public void PublishDurable() => Volatile.Write(ref _durablePosition, EndPosition);

    /// <summary>The data ends here; the caller adds what it finds behind.</summary>
    public void BeginRecovery(long position, long maxTimestampMs)
    {
        SetEnd(position);
        MaxTimestampMs = maxTimestampMs;
        IsSealed = false;
        UnverifiedEnd = position;
        _ = Index;
    }

    /// <summary>Sets the end of the data, all of it durable.</summary>
    public void SetEnd(long position)
    {
        EndPosition = position;
        SyncedPosition = position;
        Volatile.Write(ref _durablePosition, position);
    }

    /// <summary>Gives back the space behind the data and completes the index.</summary>
    public void Seal(long nextOffset)
    {
        var index = Index;
        if (EndPosition > 0)
        {
            index.Append(new IndexEntry((uint)(nextOffset - BaseOffset), (uint)EndPosition, MaxTimestampMs));
        }

        IsSealed = true;
        index.Save(_files, IndexPath);
        File.SetLength(EndPosition);
        ReservedBytes = EndPosition;
    }

    /// <summary>Ends the data earlier, durably; the index is made again.</summary>
    public void Truncate(long position, bool isSealed)
    {
        File.SetLength(position);
        File.SyncData();
        ReservedBytes = position;
        SetEnd(position);
        UnverifiedEnd = Math.Min(UnverifiedEnd, position);
        IsSealed = isSealed;
        Volatile.Write(ref _maxTimestampMs, UnknownTimestamp);
        RebuildIndex();
        SaveIndex();
    }

    /// <summary>The file is made, empty, if it is not there yet. The caller syncs the directory.</summary>
    public void Create()
    {
        lock (_openLock)
        {
            _file ??= _files.OpenOrCreate(LogPath);
        }
    }

    /// <summary>Writes what the index file lacks; a failure costs nothing but a rebuild after a crash.</summary>
    public void SaveIndex() => _index?.Save(_files, IndexPath);

    /// <summary>Closes the file and, of a sealed segment, drops the index, where it was not used for a while.</summary>
    public void CloseIfIdle(long idleMs)
    {
        if (Environment.TickCount64 - Volatile.Read(ref _lastUsedMs) >= idleMs)
        {
            Close();
        }
    }

    public void Touch() => Volatile.Write(ref _lastUsedMs, Environment.TickCount64);

    public void Close()
    {
        lock (_openLock)
        {
            var file = _file;
            _file = null;
            file?.Dispose();
            if (IsSealed)
            {
                _index = null;
            }
        }
    }

    /// <summary>
    /// Removes the files, durably: those of later segments must not go before these, which would be a gap.
    /// </summary>
    public void Delete()
    {
        Retire();
        DeleteFiles();
        _files.SyncDirectory(Path.GetDirectoryName(LogPath)!);
    }

    /// <summary>Closes for good: whoever reads it learns that it has to look at the log again.</summary>
    public void Retire()
    {
        lock (_openLock)
        {
            _isDeleted = true;
            _file?.Dispose();
            _file = null;
        }
    }

    /// <summary>Removes the files of a retired segment; the caller syncs the directory.</summary>
    public void DeleteFiles()
    {
        _files.DeleteFile(IndexPath);
        _files.DeleteFile(LogPath);
    }

    /// <summary>Gives the file its final name, in place of one that has it. Readers may go on.</summary>
    public void MoveTo(string path)
    {
        lock (_openLock)
        {
            _files.MoveFile(LogPath, path);
            LogPath = path;
        }
    }

    private IStorageFile Open()
    {
        lock (_openLock)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            return _file ??= _files.Open(LogPath);
        }
    }

    private SegmentIndex LoadIndex(bool mayUseFile)
    {
        lock (_openLock)
        {
            if (_index is { } loaded)
            {
                return loaded;
            }

            var index = mayUseFile ? SegmentIndex.TryLoad(_files, IndexPath, EndPosition, IsSealed) : null;
            if (index is null)
            {
                index = new SegmentIndex();
                if (EndPosition > 0)
                {
                    FillIndex(index);
                }
            }
            else if (!IsMaxTimestampKnown)
            {
                MaxTimestampMs = index.Count == 0 ? NoTimestamp : index.Last.MaxTimestampBeforeMs;
            }

            LastIndexedPosition = index.Last.Position;
            _index = index;
            return index;
        }
    }

    private void FillIndex(SegmentIndex index)
    {
        var lastPosition = 0L;
        var maxTimestampMs = NoTimestamp;
        var nextOffset = BaseOffset;
        IndexEntry? due = null;
        using var scanner = new SegmentScanner(this, 0, DurablePosition, verifiesCrc: false);
        while (scanner.MoveNext())
        {
            // An offset that is damaged must not lead anybody: only the batch behind tells that it is too high.
            var header = scanner.Header;
            if (due is { } entry && header.BaseOffset >= nextOffset)
            {
                index.Append(entry);
                lastPosition = entry.Position;
            }

            due = null;
            if (header.BaseOffset >= nextOffset
                && scanner.Position - lastPosition > TopicConfig.Default.IndexIntervalBytes)
            {
                due = new IndexEntry((uint)(header.BaseOffset - BaseOffset), (uint)scanner.Position, maxTimestampMs);
            }

            maxTimestampMs = Math.Max(maxTimestampMs, header.MaxTimestampMs);
            nextOffset = header.NextOffset;
        }

        if (due is { } last)
        {
            index.Append(last);
        }

        if (IsSealed && scanner.NextPosition == EndPosition && EndPosition > 0)
        {
            index.Append(new IndexEntry((uint)(nextOffset - BaseOffset), (uint)EndPosition, maxTimestampMs));
        }

        // What is not known yet is lower than every timestamp.
        MaxTimestampMs = Math.Max(maxTimestampMs, Volatile.Read(ref _maxTimestampMs));
    }
}
