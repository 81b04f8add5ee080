using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// Shows the state of the pipeline: on a terminal one line that renews itself every second, piped a plain line when
/// something has happened, every ten seconds at most.
/// </summary>
internal sealed class StatusReporter : IAsyncDisposable
{
    private const string EraseLine = "\r\e[2K";
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PipedInterval = TimeSpan.FromSeconds(10);

    private readonly Func<PipelineSnapshot> _take;
    private readonly TextWriter _output;
    private readonly bool _isTerminal;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <summary>Starts reporting; log entries of <paramref name="log"/> take the line off the terminal first.</summary>
    public StatusReporter(
        Func<PipelineSnapshot> take, TextWriter output, bool isTerminal, LogFormatter log, TimeProvider time)
    {
        _take = take;
        _output = output;
        _isTerminal = isTerminal;
        _time = time;
        if (isTerminal)
        {
            log.Prefix = EraseLine;
        }

        _loop = LoopAsync();
    }

    /// <summary>Writes a line of its own, above the state.</summary>
    public void Say(string line) => _output.WriteLine(_isTerminal ? EraseLine + line : line);

    /// <summary>Stops and leaves the last state on the screen.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        var before = _take();
        var beforeAt = _time.GetTimestamp();
        var shown = "";
        using var timer = new PeriodicTimer(_isTerminal ? TerminalInterval : PipedInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var now = _take();
                var line = StatusText.Format(before, now, _time.GetElapsedTime(beforeAt));
                (before, beforeAt) = (now, _time.GetTimestamp());
                Show(line, isNew: line != shown);
                shown = line;
            }
        }
        catch (OperationCanceledException)
        {
            var last = _take().NoLessThan(before);
            Show(StatusText.Format(last, last, TimeSpan.Zero), isNew: true);
            if (_isTerminal)
            {
                await _output.WriteLineAsync();
            }
        }
    }

    private void Show(string line, bool isNew)
    {
        if (_isTerminal)
        {
            _output.Write(EraseLine + Fit(line));
        }
        else if (isNew)
        {
            _output.WriteLine(line);
        }
    }

    /// <summary>A line wider than the terminal would wrap, and could not be erased.</summary>
    private static string Fit(string line)
    {
        var width = Math.Max(20, Console.WindowWidth - 1);
        return line.Length <= width ? line : line[..width];
    }
}
