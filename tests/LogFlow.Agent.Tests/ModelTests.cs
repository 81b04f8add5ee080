using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.Agent.Tests;

/// <summary>
/// 34: random writes, rotations, truncations, removals, crashes and restarts; every complete line must come out once,
/// and each file incarnation's lines in order. The seed is in the test's name.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public Task RandomHistory_EveryLineOnceAndInOrder(int seed) => RunAsync(seed, writesTraces: false);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task RandomHistory_OfTraces_EachWholeOnceAndInOrder(int seed) => RunAsync(seed, writesTraces: true);

    private async Task RunAsync(int seed, bool writesTraces)
    {
        await using var harness = new AgentHarness(config =>
        {
            if (writesTraces)
            {
                config.Inputs[0].Multiline = new MultilineConfig
                {
                    Pattern = @"^\s",
                    MatchWritten = MultilineMatch.After,
                    TimeoutWritten = TimeSpan.FromMilliseconds(200),
                };
            }

            config.Inputs[0].CloseInactive = TimeSpan.FromMilliseconds(200);
            config.Inputs[0].BufferSize = 4096;
            config.MemoryQueue.Bytes = 1_000_000;
            config.Kafka.MaxMessageBytes = 20_000;
            config.RegistryCheckpointSize = 64 * 1024;
        });
        harness.PowerCuts = seed % 2 == 0;
        var model = new Model(harness, new Random(seed), writesTraces);
        await harness.StartAsync();
        try
        {
            for (var step = 0; step < 150; step++)
            {
                await model.StepAsync();
            }

            await model.CatchUpAsync();
            await harness.StopAsync();
            model.Check();
        }
        catch (Exception)
        {
            output.WriteLine($"seed {seed}\n{string.Join('\n', model.History)}\n{harness.Loggers}");
            throw;
        }
    }

    private sealed class Model(AgentHarness harness, Random random, bool writesTraces)
    {
        private readonly string[] _names = ["a.log", "b.log", "c.log"];
        private readonly List<string> _written = [];
        private readonly Dictionary<string, string> _partial = [];
        private bool _isRunning = true;
        private int _next;
        private int _copies;

        public List<string> History { get; } = [];

        public async Task StepAsync()
        {
            var name = _names[random.Next(_names.Length)];
            var action = random.Next(100);
            switch (action)
            {
                case < 55:
                    Write(name);
                    break;
                case < 65:
                    Rotate(name);
                    break;
                case < 69:
                    await TruncateAsync(name);
                    break;
                case < 73:
                    await DeleteAsync(name);
                    break;
                case < 77:
                    await CopyTruncateAsync(name);
                    break;
                case < 85:
                    Note(harness.Queue.Blocked is null ? "block" : "unblock");
                    if (harness.Queue.Blocked is null)
                    {
                        harness.Queue.Block();
                    }
                    else
                    {
                        harness.Queue.Unblock();
                    }

                    break;
                case < 93:
                    await CrashAsync();
                    break;
                default:
                    await RestartAsync();
                    break;
            }

            // Now and then the agent gets time to see what happened.
            if (random.Next(4) == 0)
            {
                var reads = harness.Agent.GetStatus()?.LinesRead;
                await Task.Delay(random.Next(30));
                Note($"pause ({reads} read before)");
            }
        }

        public async Task CatchUpAsync()
        {
            if (!_isRunning)
            {
                await harness.StartAsync();
                _isRunning = true;
            }

            harness.Queue.Unblock();
            await Eventually.TrueAsync(
                () => harness.Queue.Count >= _written.Count,
                $"{_written.Count} lines");
            await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.BytesInMemory == 0, "acknowledged");

            // An acknowledgement that a power cut undoes is harmless only while the file is as it was.
            await harness.Agent.Parts!.Registry.SyncAsync();
        }

        public void Check()
        {
            var messages = harness.Queue.Messages();
            Assert.Empty(_written.Except(messages));
            var twice = harness.Queue.Records()
                .GroupBy(record => record.Message)
                .Where(group => group.Count() > 1)
                .SelectMany(group => group)
                .Select(record => $"{record.Partition} {record.Key} {record.Offset} {record.Path} {record.Message}");
            Assert.Empty(twice);
            Assert.Equal(_written.Count, messages.Count);
            foreach (var file in harness.Queue.Records().GroupBy(record => record.Key))
            {
                Assert.Equal(file.Select(record => record.Offset).Order(), file.Select(record => record.Offset));
            }
        }

        private void Write(string name)
        {
            var count = random.Next(1, random.Next(10) == 0 ? 400 : 12);
            var text = new System.Text.StringBuilder();
            for (var index = 0; index < count; index++)
            {
                var line = $"{name} {_next++} {new string('.', random.Next(120))}";
                for (var rest = writesTraces ? random.Next(5) : 0; rest > 0; rest--)
                {
                    line += $"\n  at {rest} of {_next}";
                }

                text.Append(line).Append('\n');
                _written.Add(_partial.Remove(name, out var begun) ? begun + line : line);
            }

            if (random.Next(5) == 0)
            {
                _partial[name] = $"begun {_next++} ";
                text.Append(_partial[name]);
            }

            harness.Append(name, text.ToString());
            Note($"write {count} to {name}");
        }

        private void Rotate(string name)
        {
            if (!File.Exists(harness.PathOf(name)))
            {
                return;
            }

            for (var number = 30; number > 0; number--)
            {
                if (File.Exists(harness.PathOf($"{name}.{number}")))
                {
                    File.Move(harness.PathOf($"{name}.{number}"), harness.PathOf($"{name}.{number + 1}"));
                }
            }

            File.Move(harness.PathOf(name), harness.PathOf($"{name}.1"));
            _partial.Remove(name);
            Note($"rotate {name}");
        }

        private async Task TruncateAsync(string name)
        {
            if (!File.Exists(harness.PathOf(name)))
            {
                return;
            }

            await CatchUpAsync();
            using (var file = new FileStream(
                harness.PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                file.SetLength(0);
            }

            _partial.Remove(name);
            Note($"truncate {name}");
        }

        private async Task DeleteAsync(string name)
        {
            if (!File.Exists(harness.PathOf(name)))
            {
                return;
            }

            await CatchUpAsync();
            File.Delete(harness.PathOf(name));
            _partial.Remove(name);
            Note($"delete {name}");
        }

        /// <summary>Copies while nothing is under way: of what was, a crash would need the original.</summary>
        private async Task CopyTruncateAsync(string name)
        {
            if (!File.Exists(harness.PathOf(name)))
            {
                return;
            }

            if (_isRunning)
            {
                await CatchUpAsync();
            }

            // A line that was begun would be completed by whatever comes next into the copy: it never is.
            File.Copy(harness.PathOf(name), harness.PathOf($"{name}.copy{_copies++}"));
            using (var file = new FileStream(
                harness.PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                file.SetLength(0);
            }

            _partial.Remove(name);
            Note($"copytruncate {name}");
            await CatchUpAsync();
        }

        private async Task CrashAsync()
        {
            if (_isRunning)
            {
                await harness.CrashAsync();
                _isRunning = false;
                Note("crash");
            }

            if (random.Next(2) == 0)
            {
                await harness.StartAsync();
                _isRunning = true;
                Note("start");
            }
        }

        private async Task RestartAsync()
        {
            if (_isRunning)
            {
                harness.Queue.Unblock();
                await harness.StopAsync();
                Note("stop");
            }

            await harness.StartAsync();
            _isRunning = true;
            Note("start");
        }

        private void Note(string what) => History.Add(what);
    }
}
