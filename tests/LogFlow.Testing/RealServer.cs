using System.Globalization;
using System.Text.RegularExpressions;

namespace LogFlow.Testing;

/// <summary>
/// A real Kafka, Elasticsearch or OpenSearch from shared/servers, on loopback and free ports: in a container where a
/// Docker or Podman socket answers and has the Java image (<c>Containers/make-images</c>), else by its script.
/// LOGFLOW_TEST_SERVERS=scripts takes the scripts in any case.
/// </summary>
public sealed partial class RealServer : IAsyncDisposable
{
    private readonly string _kind;
    private readonly string[] _settings;
    private readonly string _dataFolder;
    private readonly bool _isInContainer;
    private IServerRun? _run;
    private int _javaProcessId;

    private RealServer(string kind, int port, string dataFolder, string[] settings, bool isInContainer)
    {
        _isInContainer = isInContainer;
        _kind = kind;
        Port = port;
        _dataFolder = dataFolder;
        _settings = settings;
    }

    /// <summary>The port it listens on, kept over restarts.</summary>
    public int Port { get; }

    /// <summary>Host and port, as clients take it.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>The server's own process.</summary>
    public int ProcessId => _javaProcessId;

    /// <summary>The base address of the HTTP servers.</summary>
    public Uri Url => new($"http://{Address}");

    /// <summary>Starts Kafka; settings are lines of server.properties.</summary>
    public static Task<RealServer> StartKafkaAsync(string dataFolder, params string[] settings) =>
        StartAsync("kafka", 1, dataFolder, settings, UsesContainers);

    /// <summary>Starts Kafka with a second listener beside the plain one, such as SASL_SSL.</summary>
    public static async Task<RealServer> StartKafkaWithListenerAsync(
        string dataFolder, string protocol, int listenerPort, params string[] settings)
    {
        var port = FreePort.Next(1);
        var server = new RealServer(
            "kafka",
            port,
            dataFolder,
            [
                $"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1},"
                    + $"{protocol}://127.0.0.1:{listenerPort}",
                $"advertised.listeners=PLAINTEXT://127.0.0.1:{port},{protocol}://127.0.0.1:{listenerPort}",
                .. settings,
            ],
            isInContainer: false);
        await server.LaunchAsync();
        return server;
    }

    /// <summary>Starts Kafka in a container, whatever LOGFLOW_TEST_SERVERS says.</summary>
    public static Task<RealServer> StartKafkaInContainerAsync(string dataFolder, params string[] settings) =>
        StartAsync("kafka", 1, dataFolder, settings, isInContainer: true);

    /// <summary>Starts Elasticsearch; settings are those of elasticsearch.yml.</summary>
    public static Task<RealServer> StartElasticsearchAsync(string dataFolder, params string[] settings) =>
        StartAsync("elasticsearch", 100, dataFolder, settings, UsesContainers);

    /// <summary>Starts Elasticsearch in a container, whatever LOGFLOW_TEST_SERVERS says.</summary>
    public static Task<RealServer> StartElasticsearchInContainerAsync(string dataFolder, params string[] settings) =>
        StartAsync("elasticsearch", 100, dataFolder, settings, isInContainer: true);

    /// <summary>Starts OpenSearch; settings are those of opensearch.yml.</summary>
    public static Task<RealServer> StartOpenSearchAsync(string dataFolder, params string[] settings) =>
        StartAsync("opensearch", 100, dataFolder, settings, UsesContainers);

    /// <summary>One of Kafka's own tools, run to its end.</summary>
    public static Task<ChildProcess> RunKafkaToolAsync(string tool, params string[] arguments) =>
        ChildProcess.RunAsync(SharedFolder.File("servers", "kafka", "tool"), [tool, .. arguments]);

    /// <summary>One of Kafka's own tools, left running.</summary>
    public static ChildProcess StartKafkaTool(string tool, params string[] arguments) =>
        ChildProcess.Start(SharedFolder.File("servers", "kafka", "tool"), [tool, .. arguments]);

    /// <summary>kill -9 of the server's Java process; <see cref="RestartAsync"/> starts it again on its data.</summary>
    public async Task KillAsync()
    {
        ChildProcess.KillById(_javaProcessId);
        await _run!.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same data and port.</summary>
    public Task RestartAsync() => LaunchAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }
    }

    /// <summary>Whether they run in containers here.</summary>
    public static bool UsesContainers =>
        Environment.GetEnvironmentVariable("LOGFLOW_TEST_SERVERS") != "scripts"
        && ContainerImage.Java.WhyMissing is null
        && SharedFolder.Root is not null;

    private static async Task<RealServer> StartAsync(
        string kind, int secondPort, string dataFolder, string[] settings, bool isInContainer)
    {
        var server = new RealServer(kind, FreePort.Next(secondPort), dataFolder, settings, isInContainer);
        await server.LaunchAsync();
        return server;
    }

    private async Task LaunchAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }

        string[] arguments =
        [
            "--data", _dataFolder, "--port", Port.ToString(CultureInfo.InvariantCulture),
            .. _settings.SelectMany(setting => new[] { "--set", setting }),
        ];
        _run = _isInContainer ? new JavaContainer(_kind, arguments, _dataFolder) : new ScriptRun(_kind, arguments);
        var ready = await _run.StartAsync();
        _javaProcessId = int.Parse(JavaProcessId().Match(ready).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"java pid (\d+)")]
    private static partial Regex JavaProcessId();
}
