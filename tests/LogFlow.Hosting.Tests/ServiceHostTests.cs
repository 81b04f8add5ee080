using LogFlow.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting.Tests;

public sealed class ServiceHostTests : IDisposable
{
    private readonly List<string> _journal = [];
    private readonly CollectingLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Run_PartFails_StopsTheOthersInReverseAndExitsWith1()
    {
        var second = new ScriptedPart("second", _journal);
        var builder = Builder(new ScriptedPart("first", _journal), second);
        OnStarted(builder, _ => second.Fail());

        var exitCode = await ServiceHost.RunAsync(builder);

        Assert.Equal(1, exitCode);
        Assert.Equal(["start first", "start second", "stop second", "stop first"], _journal);
        Assert.Equal(1, _logs.Count(LogLevel.Error, "The second failed"));
    }

    [Fact]
    public async Task Run_SecondPartCannotStart_StopsTheFirst()
    {
        var builder = Builder(
            new ScriptedPart("first", _journal), new ScriptedPart("second", _journal) { CanStart = false });

        await Assert.ThrowsAsync<StartupException>(() => ServiceHost.RunAsync(builder));

        Assert.Equal(["start first", "start second", "stop first"], _journal);
    }

    [Fact]
    public async Task Run_StopAskedFor_ExitsWith0()
    {
        var builder = Builder(new ScriptedPart("only", _journal));
        OnStarted(builder, static application => application.StopApplication());

        Assert.Equal(0, await ServiceHost.RunAsync(builder));
        Assert.Equal(["start only", "stop only"], _journal);
    }

    [Fact]
    public async Task Run_PartDrainsTooLong_IsToldToStopAtOnce()
    {
        var builder = Builder(new ScriptedPart("slow", _journal)
        {
            Stopping = static stop => Task.Delay(Timeout.Infinite, stop),
        });
        OnStarted(builder, static application => application.StopApplication());

        Assert.Equal(0, await ServiceHost.RunAsync(builder));
        Assert.Equal(1, _logs.Count(LogLevel.Warning, "The slow was stopped without draining"));
    }

    [Fact]
    public async Task Run_PartNeverStops_TheOthersStopAndItIsNamed()
    {
        var builder = Builder(
            new ScriptedPart("first", _journal),
            new ScriptedPart("stuck", _journal)
            {
                Stopping = static _ => Task.Delay(Timeout.Infinite, CancellationToken.None),
            });
        builder.Services.AddSingleton<TimeProvider>(new FastTime());
        OnStarted(builder, static application => application.StopApplication());

        Assert.Equal(1, await ServiceHost.RunAsync(builder));
        Assert.Equal(["start first", "start stuck", "stop first"], _journal);
        Assert.Equal(1, _logs.Count(LogLevel.Error, "The stuck does not stop"));
    }

    [Fact]
    public async Task Run_HostDoesNotEnd_IsEndedByForce()
    {
        var end = new TaskCompletionSource();
        var builder = Builder(new ScriptedPart("stuck", _journal) { Ending = end.Task });
        builder.Services.AddSingleton<TimeProvider>(new FastTime());
        builder.Services.AddSingleton<ForcedEnd>(new RecordedEnd(end.SetResult));
        OnStarted(builder, static application => application.StopApplication());

        await Task.WhenAll(ServiceHost.RunAsync(builder), end.Task);

        Assert.Equal(1, _logs.Count(LogLevel.Error, "ended by force"));
    }

    [Fact]
    public void Builder_Yaml_IsDotNetConfigurationToo()
    {
        var document = ConfigDocument.Parse("output.kafka:\n  hosts: [a, b]\n");

        var builder = ServiceHost.CreateBuilder(document, new SampleConfig(), Settings());

        Assert.Equal("b", builder.Configuration["Output:Kafka:Hosts:1"]);
    }

    private HostApplicationBuilder Builder(params ScriptedPart[] parts)
    {
        var builder = ServiceHost.CreateBuilder(ConfigDocument.Parse(""), new SampleConfig(), Settings());
        builder.Services.AddSingleton<ILoggerFactory>(_logs);
        builder.Services.AddSingleton<ForcedEnd>(new RecordedEnd(static () => { }));
        foreach (var part in parts)
        {
            builder.Services.AddPart(_ => part);
        }

        return builder;
    }

    private static HostSettings Settings() =>
        new(LogLevel.Information, new HttpSettings(false, "127.0.0.1", 0, "http.port"))
        {
            StopTimeout = TimeSpan.FromMilliseconds(100),
        };

    private static void OnStarted(HostApplicationBuilder builder, Action<IHostApplicationLifetime> act) =>
        builder.Services.AddHostedService(services => new StartedHook(
            services.GetRequiredService<IHostApplicationLifetime>(), act));

    private sealed class RecordedEnd(Action record) : ForcedEnd(new CollectingLogs())
    {
        public override void Now() => record();
    }

    private sealed class StartedHook(IHostApplicationLifetime application, Action<IHostApplicationLifetime> act)
        : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            application.ApplicationStarted.Register(() => act(application));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
