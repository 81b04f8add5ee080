using System.Net;
using LogFlow.Testing;
using Microsoft.AspNetCore.Builder;

namespace LogFlow.Hosting.Tests;

public class EmbeddedWebServerTests
{
    [RequiresFact(Requirement.Linux)]
    public async Task Start_AnyWorkingDirectory_WatchesNoFiles()
    {
        await using var server = await StartAsync();

        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fdinfo"), Watches);
    }

    [Fact]
    public async Task Start_VariablesThatAspNetReads_ListensOnlyWhereItWasTold()
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", url);
        Environment.SetEnvironmentVariable("Kestrel__Endpoints__Other__Url", url);
        try
        {
            await using var server = await StartAsync();

            Assert.NotEqual(url, Assert.Single(server.Urls));
        }
        finally
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_URLS", null);
            Environment.SetEnvironmentVariable("Kestrel__Endpoints__Other__Url", null);
        }
    }

    private static async Task<WebApplication> StartAsync()
    {
        var server = EmbeddedWebServer.Create(
            static kestrel => kestrel.Listen(IPAddress.Loopback, 0), TimeSpan.FromSeconds(1));
        await server.StartAsync();
        return server;
    }

    private static bool Watches(string descriptor)
    {
        try
        {
            return File.ReadAllText(descriptor).Contains("inotify", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // Closed meanwhile.
        }
    }
}
