using System.Buffers;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <content>
/// Compaction: the live entries go to a new file that takes the old one's place in one step. However many they are, the
/// writer thread does a small part of it: they are written in the background, then what was appended meanwhile is
/// copied after them, and only the last few of those changes, and the exchange, are between two groups.
/// </content>
public sealed partial class StateLog
{
    private const long CompactBytesMin = 1 << 20;

    // A file this much larger than its live content is written anew, and at the latest with so many bytes more.
    private const int CompactFactor = 4;
    private const long CompactExcessMax = 1L << 30;
    private const int CompactChunk = 256;

    // What may be left to be copied between two groups, and how often the copying catches up with the writer at most.
    private const int RemainderBytesMax = 64 * 1024;
    private const int CatchUpRounds = 20;

    // The writer thread's own.
    private bool _isCompacting;
    private long _compactAfter;

    private bool MustCompact => !_isCompacting
        && !_isOffline
        && _end > _compactAfter
        && _end > Math.Max(CompactBytesMin, Math.Min(_liveBytes * CompactFactor, _liveBytes + CompactExcessMax));

    private string TemporaryPath => _path + TemporarySuffix;

    private void BeginCompaction()
    {
        _isCompacting = true;
        _background(CompactAsync);
    }

    private async Task CompactAsync()
    {
        IStorageFile? file = null;
        try
        {
            file = _context.Files.OpenOrCreate(TemporaryPath);
            file.SetLength(0);
            var (copied, end) = WriteSnapshot(file);
            for (var round = 0; round < CatchUpRounds && DurableEnd - copied > RemainderBytesMax; round++)
            {
                var until = DurableEnd;
                end = CopyFrames(file, copied, until, end);
                copied = until;
            }

            file.SyncData();
            await _context.Writer.RunAsync(() => FinishCompaction(file, copied, end));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            await _context.Writer.RunAsync(() => PutOffCompaction(error));
        }
    }

    private long DurableEnd
    {
        get
        {
            lock (_entriesLock)
            {
                return _end;
            }
        }
    }

    /// <summary>Writes the live entries of one moment; says up to where of the old file they are.</summary>
    private (long Copied, long End) WriteSnapshot(IStorageFile file)
    {
        KeyValuePair<byte[], byte[]>[] entries;
        long end;
        lock (_entriesLock)
        {
            entries = [.. _entries];
            end = _end;
        }

        return (end, WriteEntries(file, entries));
    }

    private long WriteEntries(IStorageFile file, KeyValuePair<byte[], byte[]>[] entries)
    {
        StateFileLoader.WriteHeader(file, _generation + 1);
        long position = StateFileLoader.HeaderSize;
        foreach (var chunk in entries.Chunk(CompactChunk))
        {
            var changes = Array.ConvertAll(chunk, entry => new StateChange(entry.Key, entry.Value));
            using var frame = StateFrame.Encode(changes);
            file.Write(frame.Span, position);
            position += frame.Length;
        }

        return position;
    }

    /// <summary>Frames say all they mean by themselves, so they are copied as they are.</summary>
    private long CopyFrames(IStorageFile target, long from, long until, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (from < until)
            {
                var read = _file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, until - from)), from);
                if (read == 0)
                {
                    throw new IOException($"{_path} is shorter than it was");
                }

                target.Write(buffer.AsSpan(0, read), end);
                from += read;
                end += read;
            }

            return end;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writer, between two groups: the last changes, the mark, and the new file's name.</summary>
    private bool FinishCompaction(IStorageFile file, long copied, long end)
    {
        if (_isOffline)
        {
            file.Dispose();
            return false;
        }

        // What fails before the exchange leaves the old file, which is whole.
        var position = CopyFrames(file, copied, _end, end);
        WriteMark(file, position);
        file.SyncData();
        _context.Files.MoveFile(TemporaryPath, _path);
        Exchange(file, position);
        return true;
    }

    private static void WriteMark(IStorageFile file, long position)
    {
        Span<byte> mark = stackalloc byte[CommitMark.Size];
        CommitMark.Write(mark, StateFileLoader.HeaderSize, position);
        file.Write(mark, position);
    }

    private void Exchange(IStorageFile file, long end)
    {
        _file.Dispose();
        _file = file;
        lock (_entriesLock)
        {
            _end = end;
        }

        _reserved = _file.Length;
        _generation++;
        _isCompacting = false;
        try
        {
            _context.Files.SyncDirectory(Path.GetDirectoryName(_path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The new name may go with a power cut, and with it what is acknowledged from here on.
            GoOffline(error);
        }
    }

    private bool PutOffCompaction(Exception error)
    {
        _isCompacting = false;
        _compactAfter = _end + CompactBytesMin;
        Log.CompactionPutOff(_context.Logger, _path, error.Message);
        return true;
    }

    /// <summary>At the start, when nobody waits: writes the file anew at once.</summary>
    private void Rewrite()
    {
        var file = _context.Files.OpenOrCreate(TemporaryPath);
        try
        {
            file.SetLength(0);
            var end = WriteEntries(file, [.. _entries]);
            WriteMark(file, end);
            file.SyncData();
            _context.Files.MoveFile(TemporaryPath, _path);
            Exchange(file, end);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            if (DiskFull.Is(error) || OutOfDescriptors.Is(error))
            {
                // The old file stays; what cannot be read of it is behind its end.
                _context.Files.DeleteFile(TemporaryPath);
                Log.CompactionPutOff(_context.Logger, _path, error.Message);
                return;
            }

            GoOffline(error);
        }
    }
}
