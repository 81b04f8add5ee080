using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LogFlow.Testing;

/// <summary>
/// The Docker or Podman that a socket answers for, asked once per test process: DOCKER_HOST, else Docker's own socket.
/// </summary>
public static class ContainerEngine
{
    private const string DockerSocket = "/var/run/docker.sock";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Lazy<string?> Missing = new(Ask);
    private static readonly ConcurrentDictionary<string, bool> Images = new();
    private static readonly ConcurrentDictionary<string, bool> Registries = new();

    /// <summary>Why there is none; null where there is.</summary>
    public static string? WhyMissing => Missing.Value;

    /// <summary>Whether the engine has this image, so that nothing has to be pulled.</summary>
    public static bool HasImage(string name) => WhyMissing is null
        && Images.GetOrAdd(name, static image => Get($"/images/{Uri.EscapeDataString(image)}/json") == HttpStatusCode.OK);

    /// <summary>Whether images can be pulled from this registry; any answer of it counts.</summary>
    public static bool HasRegistry(string host) => Registries.GetOrAdd(host, static name =>
    {
        using var client = new HttpClient { Timeout = Patience };
        return Try(client, new Uri($"https://{name}/v2/")) is not null;
    });

    private static string? Ask()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (string.IsNullOrEmpty(host) && !File.Exists(DockerSocket))
        {
            return "no Docker or Podman socket (set DOCKER_HOST)";
        }

        return Get("/_ping") == HttpStatusCode.OK ? null : $"no Docker or Podman answers at {host ?? DockerSocket}";
    }

    private static HttpStatusCode? Get(string path)
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        host = string.IsNullOrEmpty(host) ? $"unix://{DockerSocket}" : host;
        if (!host.StartsWith("unix://", StringComparison.Ordinal))
        {
            using var remote = new HttpClient { Timeout = Patience };
            return Try(remote, new Uri(host.Replace("tcp://", "http://", StringComparison.Ordinal) + path));
        }

        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(host["unix://".Length..]), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        using var client = new HttpClient(handler) { Timeout = Patience };
        return Try(client, new Uri("http://engine" + path));
    }

    private static HttpStatusCode? Try(HttpClient client, Uri address)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = client.Send(request);
            return response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
