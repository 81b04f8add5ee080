using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow alerts test NAME</c>: counts the lines of an alert once, and runs each of its actions once with state
/// <c>test</c>. The state of the alert is left as it is.
/// </summary>
internal static class AlertsTestCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ConfigOptions options)
    {
        var name = new Argument<string>("name") { Description = "The alert's name" };
        var data = DataFolder.Option();
        var command = new Command("test", "Evaluate an alert once, and run its actions marked as a test")
        {
            name, data, options.Files, options.Overrides,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var config = options.Load(parsed, UpCommand.DefaultConfigFile).Bind<UpConfig>(out _);
            var alert = config.Alerts.Find(found => found.Name == parsed.GetValue(name))
                ?? throw new StartupException(Missing(parsed.GetValue(name)!, config), exitCode: 2);
            return RunAsync(
                alert,
                config,
                DataFolder.Choose(parsed.GetValue(data) ?? config.PathData),
                parsed.InvocationConfiguration.Output,
                cancellationToken);
        });
        return command;
    }

    private static string Missing(string name, UpConfig config)
    {
        var remedy = Platform.NearestName.Remedy(name, [.. config.Alerts.Select(static alert => alert.Name)]);
        return $"there is no alert '{name}' in the configuration" + (remedy is null ? "" : $": {remedy}");
    }

    private static async Task<int> RunAsync(
        AlertConfig alert, UpConfig config, string dataFolder, TextWriter output, CancellationToken cancellationToken)
    {
        var rule = AlertRule.Of(alert);
        var (url, access) = Find(config, dataFolder);
        using var client = new SearchClient(url, access, "the query");
        var now = TimeProvider.System.GetUtcNow();
        var count = await new AlertQuery(client).RunAsync(rule, now, cancellationToken);
        var isMet = rule.IsMet(count.Count) ? "it would fire" : "it would not fire";
        output.WriteLine($"{count.Count} lines from {count.From:u} to {count.To:u}: {isMet} at {rule.Condition}");
        foreach (var line in count.Lines)
        {
            output.WriteLine($"  {line}");
        }

        var surroundings = new AlertSurroundings
        {
            IsReady = static () => true,
            IsBehind = static () => false,
            Console = () => config.ConsolePublicUrl ?? Endpoints.ReadConsoleUrl(dataFolder),
        };
        var notification = surroundings.Notify(rule, count, AlertNotification.Test, now, now);
        var failures = 0;
        foreach (var action in AlertActions.Of(alert, config.Smtp, TimeProvider.System))
        {
            using (action)
            {
                failures += await TryAsync(action, notification, output, cancellationToken) ? 0 : 1;
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private static async Task<bool> TryAsync(
        AlertAction action, AlertNotification notification, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            await action.SendAsync(notification, cancellationToken);
            output.WriteLine($"{action.Name}: delivered");
            return true;
        }
        catch (AlertActionException error)
        {
            output.WriteLine($"{action.Name}: failed: {SecretText.Hide(error.Message)}");
            return false;
        }
    }

    private static (Uri Url, ServerAccess Access) Find(UpConfig config, string dataFolder)
    {
        if (!config.Store.IsEnabled)
        {
            return (new Uri(config.Store.Address!), config.Processor.StoreAccess());
        }

        var (url, secret) = StoreAddress.Find(dataFolder);
        return (url, new ServerAccess { Secret = secret });
    }
}
