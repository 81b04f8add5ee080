using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Hosting.Tests;

public class PartRunnerTests
{
    [Fact]
    public async Task Run_PartFails_StopsTheOthersInReverseAndExitsWith1()
    {
        var journal = new List<string>();
        var first = new ScriptedPart("first", journal);
        var second = new ScriptedPart("second", journal);
        using var signals = new StopSignals();

        var exitCode = await new PartRunner([first, second], NullLoggerFactory.Instance).RunAsync(signals, () =>
        {
            second.Fail();
            return Task.CompletedTask;
        });

        Assert.Equal(1, exitCode);
        Assert.Equal(["start first", "start second", "stop second", "stop first"], journal);
    }

    [Fact]
    public async Task Run_SecondPartCannotStart_StopsTheFirst()
    {
        var journal = new List<string>();
        using var signals = new StopSignals();
        var runner = new PartRunner(
            [new ScriptedPart("first", journal), new ScriptedPart("second", journal) { CanStart = false }],
            NullLoggerFactory.Instance);

        await Assert.ThrowsAsync<StartupException>(() => runner.RunAsync(signals, () => Task.CompletedTask));

        Assert.Equal(["start first", "start second", "stop first"], journal);
    }

    private sealed class ScriptedPart(string name, List<string> journal) : ILogFlowService
    {
        private readonly TaskCompletionSource _completion = new();

        public bool CanStart { get; init; } = true;

        public string Name => name;

        public Task Completion => _completion.Task;

        public void Fail() => _completion.SetException(new IOException("disk gone"));

        public Task StartAsync(CancellationToken cancellationToken)
        {
            journal.Add($"start {name}");
            return CanStart ? Task.CompletedTask : throw new StartupException("port in use");
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            journal.Add($"stop {name}");
            return Task.CompletedTask;
        }

        public HealthReport CheckHealth() => HealthReport.Ready;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
