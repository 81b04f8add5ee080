using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Appliance.Tests;

/// <summary>Takes what webhooks post.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private int _refusals;

    private HookServer(LoopbackServer server) => _server = server;

    public Uri Url => _server.Url;

    /// <summary>How many of the next requests are refused.</summary>
    public int Refusals
    {
        get => Volatile.Read(ref _refusals);
        set => Volatile.Write(ref _refusals, value);
    }

    /// <summary>Bodies that were taken, in their order.</summary>
    public ConcurrentQueue<JsonNode> Taken { get; } = [];

    /// <summary>Headers of all requests.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Headers { get; } = [];

    /// <summary>The state of each body that was taken.</summary>
    public IEnumerable<string> States => Taken.Select(static body => $"{body["state"]}");

    public static async Task<HookServer> StartAsync(Func<HttpContext, Task>? before = null)
    {
        HookServer? hook = null;
        var server = await LoopbackServer.StartAsync(async context =>
        {
            await (before?.Invoke(context) ?? Task.CompletedTask);
            hook!.Headers.Enqueue(context.Request.Headers.ToDictionary(
                static header => header.Key, static header => header.Value.ToString()));
            var body = await JsonNode.ParseAsync(context.Request.Body);
            if (Interlocked.Decrement(ref hook._refusals) >= 0)
            {
                await LoopbackServer.AnswerAsync(context, 500, "no\npaper");
                return;
            }

            Volatile.Write(ref hook._refusals, 0);
            await LoopbackServer.AnswerAsync(context, 200, "{}");
            hook.Taken.Enqueue(body!);
        });
        return hook = new HookServer(server);
    }

    /// <summary>Waits until these have been taken, and nothing else.</summary>
    public Task TakesAsync(params string[] states) => Eventually.TrueAsync(
        () => States.SequenceEqual(states), $"{string.Join(", ", states)}; there are {string.Join(", ", States)}",
        TimeSpan.FromSeconds(30));

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
