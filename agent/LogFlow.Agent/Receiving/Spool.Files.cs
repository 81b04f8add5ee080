using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>Its files: written, put in a row, deleted.</summary>
internal sealed partial class Spool
{
    private long _syncedAt;

    /// <summary>When the disk refused last; 0: it takes what it is given.</summary>
    private long _failedAt;

    private SpoolFile Current => _files[^1];

    private bool TryWrite(ReadOnlySpan<byte> lines)
    {
        if (_bytes + lines.Length > _bytesMax && _bytes > 0)
        {
            NoteTrouble($"{_bytes} bytes wait for the outputs, spool.max_bytes is {_bytesMax}");
            return false;
        }

        try
        {
            if (_file is null || Current.Length >= _fileBytes)
            {
                BeginFile();
            }

            RandomAccess.Write(_file!.SafeFileHandle, lines, Current.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A part may have been written: it must not stand before other lines.
            TakeBack();
            _failedAt = Math.Max(1, _time.GetTimestamp());
            NoteTrouble($"{_folder} cannot be written: {error.Message}");
            return false;
        }

        if (_trouble is not null)
        {
            Log.HasRoom(_logger, _inputId, _droppedInTrouble);
            (_trouble, _droppedInTrouble, _failedAt) = (null, 0, 0);
        }

        Current.Length += lines.Length;
        _bytes += lines.Length;
        _isUnsynced = true;
        return true;
    }

    private void BeginFile()
    {
        if (_file is not null)
        {
            CloseFile();
        }

        // Rises for ever, also where all files of a former run are gone.
        var number = Math.Max(
            _files.Count == 0 ? 0 : Current.Number + 1, _time.GetUtcNow().ToUnixTimeMilliseconds());
        var file = new SpoolFile(_folder, number);
        if (_files.Count == 0)
        {
            file.MakeReadable();
        }

        var header = new SpoolLines(_time);
        header.AddHeader(number, Cursor);
        var opened = PrivateFiles.Open(
            file.Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, isSecret: true);
        try
        {
            RandomAccess.Write(opened.SafeFileHandle, header.Bytes, 0);
            DurableFile.SyncDirectory(_folder);
        }
        catch
        {
            opened.Dispose();
            File.Delete(file.Path);
            throw;
        }

        (_file, file.Length) = (opened, header.Bytes.Length);
        _files.Add(file);
        _bytes += file.Length;
        if (file.IsReadable)
        {
            file.MakeReadable();
        }

        _signal.Set();
    }

    private void CloseFile()
    {
        if (_file is null)
        {
            return;
        }

        SyncFile(_file);
        Current.IsSealed = true;
        _file.Dispose();
        _file = null;
    }

    private void TakeBack()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            RandomAccess.SetLength(_file.SafeFileHandle, Current.Length);
        }
        catch (IOException error)
        {
            // What stands behind the whole lines is never read: nothing is written behind it.
            Log.NotTakenBack(_logger, _inputId, Current.Path, error.Message);
            Current.IsSealed = true;
            _file.Dispose();
            _file = null;
        }
    }

    /// <summary>The oldest file, where nothing more is written to it, and whether others wait for it.</summary>
    private (SpoolFile? Oldest, bool IsBehind) Look()
    {
        lock (_gate)
        {
            try
            {
                _files[0].MakeReadable();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                NoteTrouble($"{_folder} cannot be looked after: {error.Message}");
                return (null, true);
            }

            if (_trouble is not null && _bytes < _bytesMax - (_bytesMax / FilesWanted))
            {
                TryAgain();
            }

            var isBehind = _files.Count > 1;
            return (isBehind && _files[0].IsSealed ? _files[0] : null, isBehind || _trouble is not null);
        }
    }

    private bool TryRemove(SpoolFile oldest)
    {
        lock (_gate)
        {
            try
            {
                File.Delete(oldest.Path);
                _files.Remove(oldest);
                _bytes -= oldest.Length;
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                NoteTrouble($"{oldest.Path} cannot be deleted: {error.Message}");
                _failedAt = Math.Max(1, _time.GetTimestamp());
                return false;
            }
        }
    }

    private void NoteTrouble(string reason)
    {
        if (_trouble is null)
        {
            Log.Full(_logger, _inputId, reason);
        }

        _trouble = reason;
    }

    /// <summary>Who waits may try; after a failure of the disk once a second.</summary>
    private void TryAgain()
    {
        if (_failedAt != 0 && _time.GetElapsedTime(_failedAt) < SyncInterval)
        {
            return;
        }

        var waiting = _room;
        _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.TrySetResult();
    }

    private void Sync()
    {
        lock (_gate)
        {
            if (!_isUnsynced || _file is null || _time.GetElapsedTime(_syncedAt) < SyncInterval)
            {
                return;
            }

            (_isUnsynced, _syncedAt) = (false, _time.GetTimestamp());
            SyncFile(_file);
        }
    }

    private void SyncFile(FileStream file)
    {
        try
        {
            DurableFile.SyncData(file.SafeFileHandle);
        }
        catch (IOException error)
        {
            // The lines are still read from the system's memory; only a power cut now would lose them.
            Log.NotSynced(_logger, _inputId, error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4600, LogLevel.Warning,
            "Input {Input}: nothing more is taken: {Reason}. Connections are read no further, datagrams are dropped")]
        public static partial void Full(ILogger logger, string input, string reason);

        [LoggerMessage(4601, LogLevel.Warning,
            "Input {Input}: there is room again; {Dropped} messages were dropped meanwhile")]
        public static partial void HasRoom(ILogger logger, string input, long dropped);

        [LoggerMessage(4602, LogLevel.Warning,
            "Input {Input}: {Path} ended in the middle of a line; its {Bytes} bytes were never taken, and are cut off")]
        public static partial void TornEnd(ILogger logger, string input, string path, long bytes);

        [LoggerMessage(4603, LogLevel.Warning,
            "Input {Input}: the end of {Path} cannot be cut off, and is passed over: {Reason}")]
        public static partial void NotTakenBack(ILogger logger, string input, string path, string reason);

        [LoggerMessage(4604, LogLevel.Error,
            "Input {Input}: the spool cannot be synced: {Reason}. A power cut may lose what was received last")]
        public static partial void NotSynced(ILogger logger, string input, string reason);
    }
}
