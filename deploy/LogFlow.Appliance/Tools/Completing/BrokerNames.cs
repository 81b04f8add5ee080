using System.CommandLine.Completions;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;

namespace LogFlow.Appliance;

/// <summary>
/// Names of topics and groups for shell completion, from the broker that the command line talks to. Whoever presses
/// the tabulator key wants names or nothing, and soon.
/// </summary>
internal static class BrokerNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Names of topics, without Kafka's own (<c>__consumer_offsets</c>).</summary>
    public static IEnumerable<CompletionItem> Topics(CompletionContext context, ToolOptions options) =>
        Ask(context, options, static async (admin, stop) =>
            (await admin.ListTopicsAsync(stop))
                .Select(static topic => topic.Name)
                .Where(static name => !name.StartsWith("__", StringComparison.Ordinal)));

    /// <summary>Names of groups.</summary>
    public static IEnumerable<CompletionItem> Groups(CompletionContext context, ToolOptions options) =>
        Ask(context, options, static async (admin, stop) =>
            (await admin.ListGroupsAsync(stop)).Select(static group => group.GroupId));

    private static IEnumerable<CompletionItem> Ask(
        CompletionContext context,
        ToolOptions options,
        Func<AdminClient, CancellationToken, Task<IEnumerable<string>>> askAsync)
    {
        try
        {
            var servers = options.Servers(context.ParseResult);

            // A completion source is not asynchronous; there is nothing else for this process to do meanwhile.
            var names = Task.Run(() => AskAsync(servers, askAsync)).GetAwaiter().GetResult();
            return names.Order(StringComparer.Ordinal).Select(static name => new CompletionItem(name));
        }
        catch (Exception error) when (error is KafkaException or OperationCanceledException or StartupException)
        {
            // The broker is away, or the line does not name one: there is nothing to propose.
            return [];
        }
    }

    private static async Task<IEnumerable<string>> AskAsync(
        IReadOnlyList<string> servers, Func<AdminClient, CancellationToken, Task<IEnumerable<string>>> askAsync)
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var client = new KafkaClient(
            new KafkaClientOptions
            {
                BootstrapServers = servers,
                ClientId = "logflow-tools",
                ConnectTimeout = Patience,
                ApiTimeout = Patience,
            },
            new ClientLog());
        await client.EnsureReachableAsync(limit.Token);
        return await askAsync(new AdminClient(client), limit.Token);
    }
}
