using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Testcontainers.RabbitMq;
using Testcontainers.Redis;

namespace LogFlow.Testing;

/// <summary>A server in a container of its own, with one port reached from here.</summary>
public sealed class RealContainer : IAsyncDisposable
{
    private readonly IContainer _container;
    private readonly int _port;

    private RealContainer(IContainer container, int port)
    {
        _container = container;
        _port = port;
    }

    /// <summary>Where the port is reached.</summary>
    public string Host => _container.Hostname;

    /// <summary>The port as it is reached from here.</summary>
    public int Port => _container.GetMappedPublicPort(_port);

    /// <summary>Starts Redis.</summary>
    public static Task<RealContainer> StartRedisAsync()
    {
        var builder = new RedisBuilder(ContainerImage.Redis.Resolve());
        return StartAsync(
            RedisBuilder.RedisPort,
            ContainerImage.Redis.IsLocal
                ? builder
                    .WithCommand("/usr/bin/redis-server", "--protected-mode", "no", "--save", "")
                    .WithWaitStrategy(ForPort(RedisBuilder.RedisPort))
                    .Build()
                : builder.Build());
    }

    /// <summary>Starts RabbitMQ.</summary>
    public static Task<RealContainer> StartRabbitMqAsync()
    {
        var builder = new RabbitMqBuilder(ContainerImage.RabbitMq.Resolve());
        return StartAsync(
            RabbitMqBuilder.RabbitMqPort,
            ContainerImage.RabbitMq.IsLocal
                ? builder
                    .WithCreateParameterModifier(AsUser)
                    .WithEnvironment("HOME", "/tmp")
                    .WithEnvironment("RABBITMQ_MNESIA_BASE", "/tmp/data")
                    .WithEnvironment("RABBITMQ_LOG_BASE", "/tmp/log")
                    .WithEnvironment("RABBITMQ_NODENAME", "rabbit@localhost")
                    .WithCommand("bash", "-c", "exec /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server")
                    .WithWaitStrategy(ForPort(RabbitMqBuilder.RabbitMqPort))
                    .Build()
                : builder.Build());
    }

    /// <summary>Starts PostgreSQL; user postgres, no password.</summary>
    public static Task<RealContainer> StartPostgreSqlAsync() => StartAsync(
        ContainerImage.PostgreSql, 5432, static builder => ContainerImage.PostgreSql.IsLocal
            ? builder
                .WithCreateParameterModifier(AsUser)
                .WithCommand(
                    "bash",
                    "-c",
                    "set -e; bin=$(echo /usr/lib/postgresql/*/bin); "
                    + "$bin/initdb -D /tmp/data -U postgres -A trust --locale=C -E UTF8; "
                    + "echo 'host all all all trust' >> /tmp/data/pg_hba.conf; "
                    + "exec $bin/postgres -D /tmp/data -h '*' -k /tmp")
            : builder.WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "trust"));

    /// <summary>
    /// Starts an image with one port mapped, and waits until that can be connected to.
    /// </summary>
    public static Task<RealContainer> StartAsync(
        ContainerImage image, int port, Func<ContainerBuilder, ContainerBuilder> configure)
    {
        var builder = new ContainerBuilder(image.Resolve())
            .WithPortBinding(port, assignRandomHostPort: true)
            .WithWaitStrategy(ForPort(port));
        return StartAsync(port, configure(builder).Build());
    }

    /// <summary>
    /// Runs an image in the host's own network, where it reaches what listens on loopback here. It is ready when it
    /// says so in a line.
    /// </summary>
    public static Task<RealContainer> StartInHostNetworkAsync(
        ContainerImage image, string readyLine, Func<ContainerBuilder, ContainerBuilder> configure)
    {
        var builder = new ContainerBuilder(image.Resolve())
            .WithCreateParameterModifier(static parameters => parameters.HostConfig!.NetworkMode = "host")
            .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged(readyLine));
        return StartAsync(0, configure(builder).Build());
    }

    /// <summary>What it has written so far.</summary>
    public async Task<string> ReadOutputAsync()
    {
        var (output, errors) = await _container.GetLogsAsync();
        return output + errors;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static async Task<RealContainer> StartAsync(int port, IContainer container)
    {
        try
        {
            await container.StartAsync();
            return new RealContainer(container, port);
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Images that are made here lack the programs that the modules ask whether a server is ready.</summary>
    private static IWaitForContainerOS ForPort(int port) =>
        Wait.ForUnixContainer().UntilExternalTcpPortIsAvailable(port);

    /// <summary>Servers that refuse to run as root.</summary>
    private static void AsUser(CreateContainerParameters parameters) => parameters.User = "1000:1000";
}
