using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Tests;

/// <summary>Options of input kafka that are taken and change nothing are named, each with the reason.</summary>
public sealed class KafkaInputOptionTests
{
    [Theory]
    [InlineData("enable_auto_commit => false max_poll_records => 5 poll_timeout_ms => 7", 3)]
    [InlineData("enable_auto_commit => true", 0)]
    public async Task Options_WithoutEffect_AreSaid(string options, int count)
    {
        var said = new CollectingLogs();
        await using var service = TestHost.Create(new ProcessorConfig
        {
            ConfigString = $"input {{ kafka {{ {options} }} }} output {{ stdout {{ }} }}",
        });

        OutputFactory.SayWithoutEffect(service.Load().Inputs[0], said.CreateLogger("test"));

        Assert.Equal(count, said.At(LogLevel.Warning).Count());
    }
}
