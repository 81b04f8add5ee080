using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>One Kafka for all tests that do not break it.</summary>
public sealed class RealKafkaFixture : IAsyncLifetime
{
    private TempDirectory? _folder;
    private RealServer? _server;

    public string Address => _server!.Address;

    public async Task InitializeAsync()
    {
        if (Requirements.WhyMissing(Requirement.Kafka) is null)
        {
            _folder = new TempDirectory();
            _server = await RealServer.StartKafkaAsync(_folder.Path, "auto.create.topics.enable=true");
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _folder!.Dispose();
        }
    }
}
