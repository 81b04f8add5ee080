using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.WebConsole;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary><c>logflow console</c>: the console alone, before any Elasticsearch, OpenSearch or store.</summary>
internal sealed class ConsoleCommand
{
    private readonly ServerOptions _server = new("The store or Elasticsearch to show");

    private readonly Option<string> _index = new("--index")
    {
        Description = "Index expression that is searched where nothing else is chosen",
        HelpName = "NAME",
        DefaultValueFactory = _ => "logs-*",
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "Port on 127.0.0.1; 0 takes a free one",
        HelpName = "PORT",
        DefaultValueFactory = _ => 5601,
    };

    private readonly Option<string[]> _hosts = new("--allowed-host")
    {
        Description = "A name by which browsers reach it, through a proxy say; repeatable",
        HelpName = "NAME",
    };

    private readonly ToolOptions _tools;

    private ConsoleCommand(ToolOptions tools) => _tools = tools;

    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions tools)
    {
        var console = new ConsoleCommand(tools);
        var command = new Command("console", "Serve the console for an Elasticsearch, OpenSearch or store")
        {
            console._index, console._port, console._hosts,
        };
        console._server.AddTo(command);
        command.SetAction(console.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (url, access) = await _server.ReadAsync(parsed, _tools.OpenInput, cancellationToken);
        var port = parsed.GetValue(_port);
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new StartupException($"--port takes 0 (a free port) to {ushort.MaxValue}, not {port}", exitCode: 2);
        }

        var settings = new HostSettings(LogLevel.Warning, new HttpSettings(true, "127.0.0.1", port, "--port")
        {
            Guard = new RequestGuardOptions
            {
                AllowedHosts = parsed.GetValue(_hosts) ?? [],
                AllowedHostsKey = "--allowed-host",
            },
        });
        var builder = ServiceHost.CreateBuilder(ConfigDocument.Load([], []), new HostConfig(), settings);
        builder.Services.AddSingleton<IStatusPages>(provider => new ConsolePages(new ConsoleOptions
        {
            Backend = () => url,
            Handler = access.CreateHandler(),
            Prepare = access.Prepare,
            Index = parsed.GetValue(_index)!,
            Time = provider.GetRequiredService<TimeProvider>(),
        }));
        builder.Services.AddSingleton<ObservabilityServer>();
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<ObservabilityServer>());
        builder.Services.AddHostedService(provider => new ConsoleSession(
            provider.GetRequiredService<ObservabilityServer>(), url));
        return await ServiceHost.RunAsync(builder);
    }

    /// <summary>Says where it is, once it is there.</summary>
    private sealed class ConsoleSession(ObservabilityServer server, Uri url) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            Console.Out.WriteLine($"console  http://127.0.0.1:{server.Port}");
            Console.Out.WriteLine($"shows    {url.GetLeftPart(UriPartial.Authority).Replace(
                url.UserInfo + "@", "", StringComparison.Ordinal)}");
            Console.Out.Flush();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
