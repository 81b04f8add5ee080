using LogFlow.Platform;

namespace LogFlow.Agent.Tests;

/// <summary>Opens log files that answer errors while a test wants that, as a bad disk or a lost mount does.</summary>
internal sealed class FaultyFiles
{
    public const int Eio = 5;
    public const int Einval = 22;
    public const int Estale = 116;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, FaultyCall Call), int> _faults = [];
    private int _open;
    private int _defectIn;
    private Exception? _defect;

    /// <summary>Files open now, to see that none is leaked.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Calls that were answered with an error.</summary>
    public int Failures { get; private set; }

    public void Break(string name, FaultyCall call, int errno)
    {
        lock (_lock)
        {
            _faults[(name, call)] = errno;
        }
    }

    /// <summary>The call of this number from now on throws this, once.</summary>
    public void ThrowAt(int call, Exception defect)
    {
        lock (_lock)
        {
            (_defectIn, _defect) = (call, defect);
        }
    }

    public void Heal()
    {
        lock (_lock)
        {
            _faults.Clear();
        }
    }

    public ILogFile OpenFile(string path)
    {
        Check(path, FaultyCall.Open);
        return new FaultyFile(this, path, DiskLogFile.Open(path));
    }

    private void Check(string path, FaultyCall call)
    {
        lock (_lock)
        {
            if (--_defectIn == 0)
            {
                throw _defect!;
            }

            if (_faults.TryGetValue((Path.GetFileName(path), call), out var errno))
            {
                Failures++;
                throw new IOException($"{path}: told to fail", errno);
            }
        }
    }

    private sealed class FaultyFile : ILogFile
    {
        private readonly FaultyFiles _files;
        private readonly string _path;
        private readonly ILogFile _file;

        public FaultyFile(FaultyFiles files, string path, ILogFile file)
        {
            (_files, _path, _file) = (files, path, file);
            Interlocked.Increment(ref files._open);
        }

        public bool IsCompressed => _file.IsCompressed;

        public bool MayHaveWriters() => _file.MayHaveWriters();

        public FileStatus GetStatus()
        {
            _files.Check(_path, FaultyCall.Status);
            return _file.GetStatus();
        }

        public long GetLength()
        {
            _files.Check(_path, FaultyCall.Length);
            return _file.GetLength();
        }

        public int Read(Span<byte> buffer, long position)
        {
            _files.Check(_path, FaultyCall.Read);
            return _file.Read(buffer, position);
        }

        public void Dispose()
        {
            Interlocked.Decrement(ref _files._open);
            _file.Dispose();
        }
    }
}

/// <summary>What a file is asked for.</summary>
internal enum FaultyCall
{
    Open,
    Status,
    Length,
    Read,
}
