using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary><c>logflow alerts list</c>: the saved states, also those of an <c>up</c> that does not run.</summary>
internal static class AlertsListCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create()
    {
        var data = DataFolder.Option();
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line" };
        var command = new Command("list", "Each alert with its state, as last saved") { data, json };
        command.SetAction(parsed =>
        {
            var states = Read(new AlertStateFile(DataFolder.Choose(parsed.GetValue(data)), TimeProvider.System));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                foreach (var (name, state) in states)
                {
                    JsonLine.Write(output, ToJson(name, state));
                }
            }
            else if (states.Count == 0)
            {
                parsed.InvocationConfiguration.Error.WriteLine("no alert has been evaluated yet");
            }
            else
            {
                Print(states, output);
            }
        });
        return command;
    }

    private static Dictionary<string, AlertState> Read(AlertStateFile file)
    {
        try
        {
            return file.Read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StartupException($"cannot read {file.Path}: {error.Message}");
        }
    }

    private static void Print(Dictionary<string, AlertState> states, TextWriter output)
    {
        var table = new TextTable("ALERT", "STATE", "SINCE", "COUNT", "EVALUATED", "PENDING", "LAST ERROR");
        foreach (var (name, state) in states)
        {
            table.Add(
                name,
                state.IsFiring ? AlertNotification.Firing : state.Since is null ? "unknown" : "ok",
                Text(state.Since),
                state.Count?.ToString(CultureInfo.InvariantCulture) ?? TextTable.Nothing,
                Text(state.Evaluated),
                state.Pending.Count.ToString(CultureInfo.InvariantCulture),
                state.Error ?? state.ActionError ?? TextTable.Nothing);
        }

        table.Write(output);
    }

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("u", CultureInfo.InvariantCulture) ?? TextTable.Nothing;

    private static JsonObject ToJson(string name, AlertState state) => new()
    {
        ["name"] = name,
        ["state"] = state.IsFiring ? AlertNotification.Firing : state.Since is null ? "unknown" : "ok",
        ["since"] = state.Since?.UtcDateTime,
        ["count"] = state.Count,
        ["evaluated"] = state.Evaluated?.UtcDateTime,
        ["pending"] = state.Pending.Count,
        ["error"] = state.Error,
        ["actionError"] = state.ActionError,
    };
}
