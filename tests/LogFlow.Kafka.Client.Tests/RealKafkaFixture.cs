using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// One Kafka for all tests that do not break it. LOGFLOW_TEST_KAFKA names another broker to run them against, our own
/// queue for instance: <c>LOGFLOW_TEST_KAFKA=127.0.0.1:9092 dotnet test --filter FullyQualifiedName~RealKafka</c>.
/// </summary>
public sealed class RealKafkaFixture : IAsyncLifetime, IDisposable
{
    private readonly string? _given = Environment.GetEnvironmentVariable("LOGFLOW_TEST_KAFKA");
    private readonly TempDirectory _folder = new();
    private RealServer? _server;

    public string Address => _given ?? _server!.Address;

    public async Task InitializeAsync()
    {
        if (_given is null && Requirements.WhyMissing(Requirement.Kafka) is null)
        {
            _server = await RealServer.StartKafkaAsync(_folder.Path, "auto.create.topics.enable=true");
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();
}
