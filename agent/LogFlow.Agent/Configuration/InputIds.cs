using System.Text;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// The names by which inputs remember their files. The first one without <c>id</c> is "default"; others are named by
/// what they read, so that it does not matter where in the file they stand; so are all that are reloaded, because files
/// come and go before them.
/// </summary>
internal static class InputIds
{
    private const string First = "default";

    /// <summary>The name of an input.</summary>
    public static string Of(AgentConfig agent, InputConfig input)
    {
        if (input.Id.Length > 0)
        {
            return input.Id;
        }

        var isReloaded = input.ReloadDigest.Length > 0;
        var unnamed = agent.Inputs.Where(one =>
            one is { Enabled: true, Id.Length: 0 } && one.ReloadDigest.Length > 0 == isReloaded).ToList();
        var index = unnamed.IndexOf(input);
        if (index <= 0 && !isReloaded)
        {
            return First;
        }

        // Of several that read the same each has a number more.
        var name = NameOf(input);
        var twins = unnamed.Take(index).Skip(isReloaded ? 0 : 1).Count(other => NameOf(other) == name);
        return twins == 0 ? name : $"{name}-{twins + 1}";
    }

    private static string NameOf(InputConfig input)
    {
        // Where a spool lies says nothing of what an input receives.
        IEnumerable<string> read = input.IsReceived
            ? [input.ListenHost, input.SocketPath, .. input.Paths, .. input.Units, .. input.IncludeMatches]
            : input.AllPaths();
        var text = string.Join('\n', read.Prepend(input.Type));
        return $"paths-{Crc32C.Compute(Encoding.UTF8.GetBytes(text)):x8}";
    }
}
