using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Store;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Appliance.Tests;

/// <summary><c>logflow tail</c> on a terminal, before a real store.</summary>
public sealed class TailRunnerTests : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly CountingMeters _meters = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PressedKeys _keys = new();
    private readonly TerminalWriter _terminal = new();
    private StoreService _store = null!;
    private SearchClient _client = null!;

    public async Task InitializeAsync()
    {
        _store = new StoreService(
            new StoreConfig { PathData = _folder.Path, HttpPort = 0, DiskFreeMin = default, RetentionDays = 0 },
            NullLoggerFactory.Instance, _meters, TimeProvider.System);
        await _store.StartAsync(CancellationToken.None);
        _client = new SearchClient(new Uri($"http://127.0.0.1:{_store.Port}"), ServerAccess.None);
    }

    public async Task DisposeAsync()
    {
        await _store.StopAsync(CancellationToken.None);
        await _store.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _meters.Dispose();
        _stop.Dispose();
        _terminal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Lines_AreShownFirstTheLastThenWhatArrives_UntilQ()
    {
        await AddAsync("first", "second", "third");
        var running = RunAsync(limit: 2);
        await SeesAsync("third");
        await AddAsync("fourth");
        await SeesAsync("fourth");
        await SeesAsync("1 lines, 0 skipped");
        Assert.DoesNotContain("first", _terminal.Text);
        _keys.Press('q');
        await running;
        Assert.EndsWith("\r\e[2K", _terminal.Text);
    }

    [Fact]
    public async Task Space_Pauses_AndGoingOnLosesNothing()
    {
        var time = new ManualTime();
        var running = RunAsync(time: time);
        await SeesAsync("space pauses");
        _keys.Press(' ');
        await Eventually.TrueAsync(
            () =>
            {
                time.AdvanceMs(50);
                return _terminal.Text.Contains("PAUSED", StringComparison.Ordinal);
            },
            "it is paused");
        await AddAsync("meanwhile 1", "meanwhile 2");
        var before = _keys.Asked;
        await Eventually.TrueAsync(
            () =>
            {
                time.AdvanceMs(50);
                return _keys.Asked > before + 40;
            },
            "two seconds of it");
        Assert.DoesNotContain("meanwhile", _terminal.Text);
        _keys.Press(' ');
        await Eventually.TrueAsync(
            () =>
            {
                time.AdvanceMs(50);
                return _terminal.Text.Contains("meanwhile 2", StringComparison.Ordinal);
            },
            "what came meanwhile");
        await SeesAsync("meanwhile 1");
        await EndAsync(running);
    }

    [Fact]
    public async Task More_ThanOneCanSee_AreSkippedAndCounted()
    {
        var running = RunAsync();
        await SeesAsync("0 lines, 0 skipped");
        _keys.Press(' ');
        await SeesAsync("PAUSED");
        await AddAsync([.. Enumerable.Range(0, 2_000).Select(static i => $"number {i}.")]);
        _keys.Press(' ');
        await SeesAsync("500 lines, 1,500 skipped");
        await SeesAsync("… 1,500 lines skipped");
        Assert.Contains("number 1999.", _terminal.Text);
        Assert.Contains("number 1500.", _terminal.Text);
        Assert.DoesNotContain("number 1499.", _terminal.Text);
        await EndAsync(running);
    }

    [Fact]
    public async Task Slash_EditsTheFilter_AndARefusedOneLeavesTheOneBefore()
    {
        var running = RunAsync("apple");
        await SeesAsync("space pauses");
        _keys.Press('/');
        await SeesAsync("filter (Enter applies, Esc leaves it): apple");
        _keys.Press("\b\b\b\b\bpear".ToCharArray());
        await SeesAsync("Esc leaves it): pear");
        _keys.Press('\r');
        await SeesAsync("── pear ──");
        await AddAsync("an apple", "a pear");
        await SeesAsync("a pear");
        Assert.DoesNotContain("an apple", _terminal.Text);

        _keys.Press([.. "/ AND (".ToCharArray(), '\r']);
        await SeesAsync("was refused (400)");
        await SeesAsync("── still pear ──");
        await AddAsync("another apple", "another pear");
        await SeesAsync("another pear");
        Assert.DoesNotContain("another apple", _terminal.Text);
        _keys.Press('/');
        await Eventually.TrueAsync(
            () => _terminal.Text.EndsWith("Esc leaves it): pear", StringComparison.Ordinal), "the filter in force");
        await EndAsync(running);
    }

    [Fact]
    public async Task Line_WithControlCharacters_ReachesTheTerminalWithoutThem()
    {
        await AddAsync("red \u001b[31m bell \u0007 csi \u009b2J back \r\n end\u202e");
        var running = RunAsync();
        await SeesAsync("end");
        await EndAsync(running);
        var text = _terminal.Text.Replace("\r\e[2K", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal);
        Assert.DoesNotContain(text, char.IsControl);
        Assert.DoesNotContain('\u202e', text);
    }

    [Fact]
    public void State_WiderThanTheTerminal_ShowsItsEnd()
    {
        var output = new StringWriter();
        var screen = new TailScreen(output, new SearchOptions { Url = new Uri("http://a") }, false, static () => 11);
        screen.Show("0123456789abcdef");
        screen.Show("0123456789abcdef");
        screen.Close();
        Assert.Equal("\r\e[2K6789abcdef\r\e[2K", output.ToString());
    }

    private async Task RunAsync(string query = "", int limit = 10, TimeProvider? time = null)
    {
        var options = new SearchOptions
        {
            Url = new Uri($"http://127.0.0.1:{_store.Port}"),
            Query = query,
            Limit = limit,
            IsFollow = true,
        };
        var screen = new TailScreen(_terminal, options, isColoured: false, static () => 200);
        await new TailRunner(_client, options, screen, _keys, time ?? TimeProvider.System).RunAsync(_stop.Token);
    }

    private async Task EndAsync(Task running)
    {
        await _stop.CancelAsync();
        await running;
    }

    private Task SeesAsync(string text) => Eventually.TrueAsync(
        () => _terminal.Text.Contains(text, StringComparison.Ordinal), $"'{text}' in:\n{_terminal.Text}",
        TimeSpan.FromSeconds(30));

    private async Task AddAsync(params string[] messages)
    {
        var body = new StringBuilder();
        foreach (var message in messages)
        {
            var document = new JsonObject
            {
                ["@timestamp"] = TimeProvider.System.GetUtcNow().ToString("O"),
                ["message"] = message,
            };
            body.Append("{\"create\":{}}\n").Append(document.ToJsonString()).Append('\n');
        }

        using var http = new HttpClient();
        using var content = new StringContent(body.ToString(), Encoding.UTF8, "application/x-ndjson");
        using var response = await http.PostAsync(
            new Uri($"http://127.0.0.1:{_store.Port}/logs-a-b/_bulk"), content);
        Assert.Contains("\"errors\":false", await response.Content.ReadAsStringAsync());
    }

    private sealed class PressedKeys : IKeys
    {
        private readonly ConcurrentQueue<ConsoleKeyInfo> _pressed = [];

        /// <summary>How often somebody has looked for a key.</summary>
        public int Asked { get; private set; }

        public void Press(params char[] letters)
        {
            foreach (var letter in letters)
            {
                _pressed.Enqueue(new ConsoleKeyInfo(letter, letter switch
                {
                    '\r' => ConsoleKey.Enter,
                    '\b' => ConsoleKey.Backspace,
                    _ => ConsoleKey.None,
                }, shift: false, alt: false, control: false));
            }
        }

        public bool TryRead(out ConsoleKeyInfo key)
        {
            Asked++;
            return _pressed.TryDequeue(out key);
        }
    }

    /// <summary>What a terminal was sent.</summary>
    private sealed class TerminalWriter : TextWriter
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public string Text
        {
            get
            {
                lock (_lock)
                {
                    return _text.ToString();
                }
            }
        }

        public override void Write(char value)
        {
            lock (_lock)
            {
                _text.Append(value);
            }
        }

        public override void Write(string? value)
        {
            lock (_lock)
            {
                _text.Append(value);
            }
        }

        public override void WriteLine(StringBuilder? value) => Write($"{value}\n");

        public override void WriteLine(string? value) => Write($"{value}\n");
    }
}
