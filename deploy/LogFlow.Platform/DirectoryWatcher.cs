using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>
/// Tells at once when something changes in directories (inotify). One thread sleeps in the kernel and calls back; it
/// costs nothing while nothing changes. Where inotify is not to be had <see cref="TryCreate"/> returns null and the
/// caller polls. Watching is advice: a directory beyond the system's limit is simply not watched.
/// </summary>
public sealed class DirectoryWatcher : IDisposable
{
    private const uint WatchMask = LibC.InModify | LibC.InMovedFrom | LibC.InMovedTo | LibC.InCreate | LibC.InDelete
        | LibC.InAttributes | LibC.InDeleteSelf | LibC.InMoveSelf | LibC.InOnlyDirectory;

    /// <summary>Writers that write line by line raise thousands of changes a second; this pause lets the kernel merge
    /// them (it drops a change equal to the last unread one), at the price of this much latency.</summary>
    private const int CoalescePauseMs = 1;

    private readonly int _inotify;
    private readonly int _wake;
    private readonly Action<DirectoryChange> _onChange;
    private readonly Thread _thread;

    /// <summary>Guards the two maps and <see cref="_stopped"/>.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<int, string[]> _directoriesByWatch = [];
    private readonly Dictionary<string, int> _watchByDirectory = [];
    private bool _stopped;

    private DirectoryWatcher(int inotify, int wake, Action<DirectoryChange> onChange)
    {
        _inotify = inotify;
        _wake = wake;
        _onChange = onChange;
        _thread = new Thread(Run) { IsBackground = true, Name = "inotify" };
        _thread.Start();
    }

    /// <summary>
    /// Starts a watcher; null where the system has none to give. <paramref name="onChange"/> is called on the
    /// watcher's thread, one call at a time; it must not block for long and must not throw.
    /// </summary>
    public static DirectoryWatcher? TryCreate(Action<DirectoryChange> onChange)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var inotify = LibC.InotifyInit(LibC.InNonblock | LibC.OCloexec);
        if (inotify < 0)
        {
            return null;
        }

        var wake = LibC.EventFd(0, LibC.EfdCloexec);
        if (wake < 0)
        {
            _ = LibC.Close(inotify);
            return null;
        }

        return new DirectoryWatcher(inotify, wake, onChange);
    }

    /// <summary>
    /// Watches a directory (again: no harm). False when it cannot be watched: it is gone, may not be read, or the
    /// system's limit (fs.inotify.max_user_watches) is reached.
    /// </summary>
    public bool Watch(string directory)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return false;
            }

            if (_watchByDirectory.ContainsKey(directory))
            {
                return true;
            }

            var watch = LibC.InotifyAddWatch(_inotify, directory, WatchMask);
            if (watch < 0)
            {
                return false;
            }

            // Two names of one directory share a watch: what happens there is told under both.
            _directoriesByWatch[watch] = [.. _directoriesByWatch.GetValueOrDefault(watch, []), directory];
            _watchByDirectory[directory] = watch;
            return true;
        }
    }

    /// <summary>Stops watching a directory.</summary>
    public void Unwatch(string directory)
    {
        lock (_lock)
        {
            if (!_stopped && _watchByDirectory.Remove(directory, out var watch))
            {
                string[] left = [.. _directoriesByWatch.GetValueOrDefault(watch, []).Where(name => name != directory)];
                if (left.Length > 0)
                {
                    _directoriesByWatch[watch] = left;
                    return;
                }

                _directoriesByWatch.Remove(watch);
                _ = LibC.InotifyRemoveWatch(_inotify, watch);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            _ = LibC.Write(_wake, [1, 0, 0, 0, 0, 0, 0, 0], 8);
        }

        _thread.Join();
        _ = LibC.Close(_inotify);
        _ = LibC.Close(_wake);
    }

    private void Run()
    {
        var buffer = new byte[64 * 1024];
        Span<LibC.PollEntry> entries = stackalloc LibC.PollEntry[2];
        while (true)
        {
            entries[0] = new LibC.PollEntry { Fd = _inotify, Events = LibC.PollIn };
            entries[1] = new LibC.PollEntry { Fd = _wake, Events = LibC.PollIn };
            if (LibC.Poll(entries, 2, -1) < 0 && Marshal.GetLastPInvokeError() != LibC.Eintr)
            {
                // Cannot happen with two valid descriptors; polling by time still finds every change.
                return;
            }

            if (entries[1].ReturnedEvents != 0)
            {
                return;
            }

            var length = LibC.Read(_inotify, buffer, (nuint)buffer.Length);
            if (length > 0)
            {
                Dispatch(buffer.AsSpan(0, (int)length));

                // Events of a moment arrive together this way; a wake-up ends the pause as it ends the wait above.
                _ = LibC.Poll(entries[1..], 1, CoalescePauseMs);
            }
        }
    }

    /// <summary>
    /// struct inotify_event: watch i32, mask u32, cookie u32, name length u32, name padded with zeros.
    /// </summary>
    private void Dispatch(ReadOnlySpan<byte> events)
    {
        while (events.Length >= 16)
        {
            var watch = MemoryMarshal.Read<int>(events);
            var mask = MemoryMarshal.Read<uint>(events[4..]);
            var nameLength = (int)MemoryMarshal.Read<uint>(events[12..]);
            var name = events.Slice(16, nameLength);
            events = events[(16 + nameLength)..];
            if ((mask & LibC.InQueueOverflow) != 0)
            {
                _onChange(new DirectoryChange("", "", DirectoryChangeKind.Overflow));
                continue;
            }

            var end = name.IndexOf((byte)0);
            var text = RawPath.Decode(end < 0 ? name : name[..end]);
            foreach (var directory in FindDirectories(watch, mask))
            {
                _onChange(new DirectoryChange(directory, text, KindOf(mask)));
            }
        }
    }

    private static DirectoryChangeKind KindOf(uint mask) => mask switch
    {
        _ when (mask & LibC.InModify) != 0 => DirectoryChangeKind.Modified,
        _ when (mask & LibC.InIsDirectory) != 0 => DirectoryChangeKind.Entries,
        _ when (mask & (LibC.InCreate | LibC.InMovedTo)) != 0 => DirectoryChangeKind.Appeared,
        _ when (mask & (LibC.InDelete | LibC.InMovedFrom)) != 0 => DirectoryChangeKind.Vanished,
        _ => DirectoryChangeKind.Entries,
    };

    private string[] FindDirectories(int watch, uint mask)
    {
        lock (_lock)
        {
            if (!_directoriesByWatch.TryGetValue(watch, out var directories))
            {
                return [];
            }

            if ((mask & (LibC.InIgnored | LibC.InUnmount | LibC.InDeleteSelf | LibC.InMoveSelf)) != 0)
            {
                // Gone or moved: forget the watch, so that the directory of this name can be watched anew.
                _directoriesByWatch.Remove(watch);
                foreach (var directory in directories)
                {
                    _watchByDirectory.Remove(directory);
                }

                if ((mask & LibC.InIgnored) == 0)
                {
                    _ = LibC.InotifyRemoveWatch(_inotify, watch);
                }
            }

            return directories;
        }
    }
}
