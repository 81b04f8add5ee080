using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow tail</c> on a terminal: lines as they arrive. A poll that brings more than one can see shows the newest
/// of them and says how many it has skipped: shown + skipped = arrived. While it is paused nothing is asked, and
/// nothing is lost: going on begins where it stopped.
/// </summary>
internal sealed class TailRunner(
    SearchClient client, SearchOptions options, TailScreen screen, IKeys keys, TimeProvider time)
{
    /// <summary>Lines of one poll (a second) that are shown.</summary>
    public const int LinesMax = 500;

    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    private readonly Queue<JsonNode> _newest = new();
    private SearchOptions _options = options;
    private HitFollower _follower = new(client, options, time);
    private StringBuilder? _typed;
    private bool _isPaused;
    private bool _isDone;
    private long _shown;
    private long _skipped;

    /// <summary>Runs until q is pressed or <paramref name="cancellationToken"/> fires.</summary>
    /// <exception cref="StartupException">The server cannot be reached, or cannot read the first query.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await BeginAsync(cancellationToken);
            var polledAt = time.GetTimestamp();
            while (!_isDone)
            {
                while (!_isDone && keys.TryRead(out var key))
                {
                    await PressAsync(key, cancellationToken);
                }

                if (!_isPaused && !_isDone && time.GetElapsedTime(polledAt) >= HitFollower.Interval)
                {
                    await PollAsync(cancellationToken);
                    polledAt = time.GetTimestamp();
                }

                ShowState();
                await Task.Delay(KeyInterval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how it ends, too.
        }
        finally
        {
            screen.Close();
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var follower = new HitFollower(client, _options, time);
        await follower.BeginAsync(cancellationToken);
        var (_, hits) = await NewestHits.ReadAsync(
            client, NewestHits.Bound(_options, time.GetUtcNow()), cancellationToken);
        hits.Reverse();
        foreach (var hit in hits)
        {
            follower.Show(hit);
            screen.Print(hit);
        }

        _follower = follower;
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var skipped = 0L;
        await _follower.PollAsync(
            hit =>
            {
                _newest.Enqueue(hit);
                if (_newest.Count > LinesMax)
                {
                    _newest.Dequeue();
                    skipped++;
                }
            },
            screen.Say,
            cancellationToken);
        if (skipped > 0)
        {
            _skipped += skipped;
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"… {skipped:N0} lines skipped"));
        }

        while (_newest.TryDequeue(out var hit))
        {
            _shown++;
            screen.Print(hit);
        }
    }

    private async Task PressAsync(ConsoleKeyInfo key, CancellationToken cancellationToken)
    {
        if (_typed is not null)
        {
            await EditAsync(key, cancellationToken);
            return;
        }

        switch (key.KeyChar)
        {
            case 'q':
                _isDone = true;
                break;
            case ' ':
                _isPaused = !_isPaused;
                break;
            case '/':
                _typed = new StringBuilder(_options.Query);
                break;
            default:
                break;
        }
    }

    private async Task EditAsync(ConsoleKeyInfo key, CancellationToken cancellationToken)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                await ApplyAsync($"{_typed}".Trim(), cancellationToken);
                _typed = null;
                break;
            case ConsoleKey.Escape:
                _typed = null;
                break;
            case ConsoleKey.Backspace:
                _typed!.Length = Math.Max(0, _typed.Length - 1);
                break;
            case ConsoleKey.U when key.Modifiers == ConsoleModifiers.Control:
                _typed!.Clear();
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _typed!.Append(key.KeyChar);
                }

                break;
        }
    }

    /// <summary>A query that is refused leaves the one before in force.</summary>
    private async Task ApplyAsync(string query, CancellationToken cancellationToken)
    {
        var before = _options;
        _options = _options with { Query = query };
        screen.Say($"── {(query.Length > 0 ? query : "all lines")} ──");
        try
        {
            await BeginAsync(cancellationToken);
            _isPaused = false;
        }
        catch (StartupException error)
        {
            _options = before;
            screen.Say(error.Message);
            screen.Say($"── still {(before.Query.Length > 0 ? before.Query : "all lines")} ──");
        }
    }

    private void ShowState()
    {
        var state = _typed is not null
            ? $"filter (Enter applies, Esc leaves it): {_typed}"
            : string.Create(CultureInfo.InvariantCulture, $"{(_isPaused ? "PAUSED: space goes on" : "space pauses")}, "
                + $"/ edits the filter, q ends | {_shown:N0} lines, {_skipped:N0} skipped");
        screen.Show(state);
    }
}
