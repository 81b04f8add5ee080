using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LogFlow.Agent;

/// <summary>
/// Asks a cloud's link-local service once in a process's life. Off a cloud nobody answers: then there is nothing to
/// say, and nobody waits longer than the time that is given.
/// </summary>
internal static class CloudMetadata
{
    private const string Service = "169.254.169.254";
    private const int AnswerMax = 64 * 1024;

    private static readonly Lock Gate = new();
    private static bool _isAsked;
    private static EventObject? _answer;

    /// <summary>The fields below <c>cloud</c>; null off a cloud. The first caller waits for the answer.</summary>
    public static EventObject? Get(TimeSpan timeout)
    {
        if (Volatile.Read(ref _isAsked))
        {
            return _answer;
        }

        lock (Gate)
        {
            if (!_isAsked)
            {
                _answer = IsReachable(timeout) ? Ask(timeout)?.Freeze() : null;
                Volatile.Write(ref _isAsked, true);
            }

            return _answer;
        }
    }

    /// <summary>Without a route, a refusal comes at once; where packets vanish, only the time ends it.</summary>
    private static bool IsReachable(TimeSpan timeout)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            var connecting = socket.BeginConnect(IPAddress.Parse(Service), 80, null, null);
            if (!connecting.AsyncWaitHandle.WaitOne(timeout))
            {
                return false;
            }

            socket.EndConnect(connecting);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static EventObject? Ask(TimeSpan timeout)
    {
        using var client = new HttpClient { Timeout = timeout, MaxResponseContentBufferSize = AnswerMax };
        return AskAmazon(client) ?? AskGoogle(client) ?? AskAzure(client);
    }

    private static EventObject? AskAmazon(HttpClient client)
    {
        var token = Send(client, HttpMethod.Put, "/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", "60"));
        return Send(
            client,
            HttpMethod.Get,
            "/latest/dynamic/instance-identity/document",
            ("X-aws-ec2-metadata-token", token ?? ""))
            is { } text && Parse(text) is { } document
            ? Make("aws", document, [
                ("instance.id", "instanceId"), ("machine.type", "instanceType"), ("region", "region"),
                ("availability_zone", "availabilityZone"), ("account.id", "accountId"), ("image.id", "imageId")])
            : null;
    }

    private static EventObject? AskGoogle(HttpClient client) =>
        Send(client, HttpMethod.Get, "/computeMetadata/v1/?recursive=true", ("Metadata-Flavor", "Google"))
            is { } text && Parse(text) is { } document
            ? Make("gcp", document, [
                ("instance.id", "instance.id"), ("instance.name", "instance.name"),
                ("machine.type", "instance.machineType"), ("availability_zone", "instance.zone"),
                ("project.id", "project.projectId"), ("account.id", "project.projectId")])
            : null;

    private static EventObject? AskAzure(HttpClient client) =>
        Send(client, HttpMethod.Get, "/metadata/instance/compute?api-version=2021-02-01", ("Metadata", "true"))
            is { } text && Parse(text) is { } document
            ? Make("azure", document, [
                ("instance.id", "vmId"), ("instance.name", "name"), ("machine.type", "vmSize"),
                ("region", "location"), ("account.id", "subscriptionId")])
            : null;

    private static EventObject? Make(string provider, EventObject document, (string To, string From)[] fields)
    {
        var cloud = new EventObject();
        cloud.Set("provider", provider);
        foreach (var (to, from) in fields)
        {
            if (EventPath.TryGet(document, from, out var value) && value is not null)
            {
                // Google's types and zones are paths.
                EventPath.Put(cloud, to, value is string text ? text[(text.LastIndexOf('/') + 1)..] : $"{value}");
            }
        }

        return cloud.Count > 1 ? cloud : null;
    }

    private static EventObject? Parse(string text) =>
        FieldJson.TryRead(Encoding.UTF8.GetBytes(text), out var value, out _) ? value as EventObject : null;

    private static string? Send(HttpClient client, HttpMethod method, string path, (string Name, string Value) header)
    {
        try
        {
            using var request = new HttpRequestMessage(method, $"http://{Service}{path}");
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            using var response = client.Send(request);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return response.IsSuccessStatusCode ? reader.ReadToEnd() : null;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }
}
