using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace LogFlow.Testing;

/// <summary>
/// A server of shared/servers in a container: its <c>run</c> script in the Java image, the servers' folder and the data
/// mounted under their own paths. In the host's network and process ids, so that tests reach, pause and kill it as they
/// would a process.
/// </summary>
internal sealed class JavaContainer(string kind, string[] arguments, string dataFolder) : IServerRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private IContainer? _container;

    public async Task<string> StartAsync()
    {
        Directory.CreateDirectory(dataFolder);
        var servers = SharedFolder.File("servers");
        var java = Path.GetDirectoryName(new FileInfo(Requirements.FindProgram("java")!).ResolveLinkTarget(true)!.FullName);
        _container = new ContainerBuilder(ContainerImage.Java.Resolve())
            .WithCreateParameterModifier(static parameters =>
            {
                parameters.HostConfig!.NetworkMode = "host";
                parameters.HostConfig.PidMode = "host";
            })
            .WithBindMount(servers, servers, DotNet.Testcontainers.Configurations.AccessMode.ReadOnly)
            .WithBindMount(dataFolder, dataFolder)
            .WithEnvironment("PATH", $"/usr/bin:/bin:{java}")
            .WithCommand(["bash", Path.Combine(servers, kind, "run"), .. arguments])
            .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged(
                "ready [0-9.]+:[0-9]+ ", static strategy => strategy.WithTimeout(Patience)))
            .Build();
        await _container.StartAsync();
        return (await _container.GetLogsAsync()).Stdout;
    }

    // The engine answers when the container's command, the script, has ended.
    public Task WaitForExitAsync() => _container!.GetExitCodeAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.StopAsync();
            await _container.DisposeAsync();
        }
    }
}
