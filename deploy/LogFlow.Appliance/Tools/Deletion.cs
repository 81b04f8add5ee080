using System.Text.Json.Nodes;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>Deletes what was named, one after the other, and tells of each.</summary>
internal static class Deletion
{
    /// <summary>Returns the exit code: 1 where one could not be deleted.</summary>
    public static async Task<int> RunAsync(
        ToolSession session, string kind, IEnumerable<string> names, Func<string, Task<ErrorCode>> deleteAsync)
    {
        var exitCode = 0;
        foreach (var name in names)
        {
            var error = await deleteAsync(name);
            if (error != ErrorCode.None)
            {
                session.Note($"{kind} '{name}' is not deleted: {Words.Reason(error)}");
                exitCode = 1;
            }
            else if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject { ["name"] = name, ["deleted"] = true });
            }
            else
            {
                session.Output.WriteLine($"deleted {name}");
            }
        }

        return exitCode;
    }
}
