using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>Joins the alerts with the other parts of <c>logflow up</c>.</summary>
internal static class AlertsSetup
{
    /// <summary>The alerts of a configuration, once the other parts run.</summary>
    public static AlertsService Create(
        UpConfig config, UpParts parts, string dataFolder, ILoggerFactory loggers, IMeterFactory meters,
        TimeProvider time) => new(
            config.Alerts,
            config.Smtp,
            dataFolder,
            Connect(config, parts),
            new AlertSurroundings
            {
                IsReady = () => parts.Store?.CheckHealth().IsReady != false,
                IsBehind = () => parts.Snapshot() is { Lag: > 0 } or { BytesBehind: > 0 },
                Console = () => parts.ConsoleAddress,
            },
            loggers,
            meters,
            time);

    /// <summary>
    /// The store of this process as its owner: an alert counts lines of every index. Another one by the processor's
    /// login.
    /// </summary>
    private static SearchClient Connect(UpConfig config, UpParts parts) => parts.Store is { } store
        ? new SearchClient(
            store.InnerAddress, new ServerAccess { Secret = store.OwnerSecret }, "the query", isTool: false)
        : new SearchClient(
            new Uri(parts.StoreAddress!), config.Processor.StoreAccess(), "the query", isTool: false);

    /// <summary>What alerts need of the rest of the configuration, and of each other.</summary>
    public static IEnumerable<ConfigProblem> Validate(UpConfig config)
    {
        var enabled = config.Alerts.Where(static alert => alert.IsEnabled).ToArray();
        if (enabled.Length > 0 && !config.Store.IsEnabled && config.Store.Address is null)
        {
            yield return new ConfigProblem(
                "alerts", "need a store to ask: store.enabled, or store.address with its URL (or an Elasticsearch's)");
        }

        foreach (var twice in config.Alerts.GroupBy(static alert => alert.Name).Where(static same => same.Count() > 1))
        {
            yield return new ConfigProblem("alerts", $"'{twice.Key}' is the name of {twice.Count()} alerts: each needs "
                + "one of its own, by which its state is kept");
        }

        var mails = Array.Find(enabled, static alert => alert.Actions.Exists(static one => one.Email is not null));
        if (config.Smtp.Host.Length == 0 && mails is not null)
        {
            yield return new ConfigProblem("alerts", $"'{mails.Name}' sends mails, and smtp.host names no server");
        }
    }
}
