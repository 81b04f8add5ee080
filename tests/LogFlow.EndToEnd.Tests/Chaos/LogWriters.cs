namespace LogFlow.EndToEnd.Tests;

/// <summary>Programs that write logs all the time while others are killed: one thread, several files.</summary>
internal sealed class LogWriters : IDisposable
{
    private readonly RotatingLog[] _logs;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ending = new();

    public LogWriters(string folder, int seed, TimeSpan pause)
    {
        var random = new Random(seed);
        _logs =
        [
            .. Enum.GetValues<Rotation>().SelectMany(rotation => new[] { rotation, rotation })
                .Select((rotation, writer) => new RotatingLog(folder, writer, rotation, random.Next())),
        ];
        _thread = new Thread(() => Run(pause)) { IsBackground = true, Name = "log writers" };
        _thread.Start();
    }

    /// <summary>The logs, to be read after <see cref="Stop"/>.</summary>
    public IReadOnlyList<RotatingLog> Logs => _logs;

    /// <summary>Lines written by all; after <see cref="Stop"/>.</summary>
    public int Lines => _logs.Sum(log => log.Lines);

    /// <summary>Writes no more.</summary>
    public void Stop()
    {
        if (!_ending.IsSet)
        {
            _ending.Set();
            _thread.Join();
            foreach (var log in _logs)
            {
                log.Close();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _ending.Dispose();
    }

    private void Run(TimeSpan pause)
    {
        while (!_ending.Wait(pause))
        {
            foreach (var log in _logs)
            {
                log.Step();
            }
        }
    }
}
