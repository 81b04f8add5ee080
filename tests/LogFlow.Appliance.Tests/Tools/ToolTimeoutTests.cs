using System.Net;
using System.Net.Sockets;

namespace LogFlow.Appliance.Tests;

/// <summary>A broker that is there and does not answer is another thing than one that is not there.</summary>
public sealed class ToolTimeoutTests
{
    [Fact]
    public async Task Broker_ThatDoesNotAnswer_IsCalledBusy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var run = await new Toolbox($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")
            .RunAsync("topics", "list", "--timeout", "0.2");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--timeout waits longer than 0.2 s", run.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("logflow up", run.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_ThatIsNotThere_IsCalledSo()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        var run = await new Toolbox($"127.0.0.1:{port}").RunAsync("topics", "list");
        Assert.Contains("Is 'logflow up' running?", run.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_ThatIsNone_IsRefused()
    {
        var run = await new Toolbox("127.0.0.1:1").RunAsync("topics", "list", "--timeout", "0");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--timeout takes seconds", run.Notes, StringComparison.Ordinal);
    }
}
