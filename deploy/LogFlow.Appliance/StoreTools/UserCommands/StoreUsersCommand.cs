using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow store users</c>: who may log in to the store and to the console, by Elasticsearch's user API. The owner
/// of the data folder of a running 'up' needs no login; that is how the first user is made.
/// </summary>
internal static class StoreUsersCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions tools)
    {
        var server = new ServerOptions("The store");
        var command = new Command("users", "List, make, change and delete the users of the store and the console")
        {
            StoreUsersListCommand.Create(tools, server),
            StoreUsersSetCommand.Create(tools, server),
            StoreUsersDeleteCommand.Create(tools, server),
        };
        server.AddTo(command, isRecursive: true);
        return command;
    }

    /// <summary>Opens the store that the options name.</summary>
    /// <exception cref="StartupException">An option is wrong, or a file cannot be read.</exception>
    public static async Task<SearchClient> OpenAsync(
        ParseResult parsed, ToolOptions tools, ServerOptions server, CancellationToken cancellationToken)
    {
        var (url, access) = await server.ReadAsync(parsed, tools.OpenInput, cancellationToken);
        return new SearchClient(url, access, "the request");
    }

    /// <summary>The path of a user.</summary>
    public static string PathOf(string name) => $"/_security/user/{Uri.EscapeDataString(name)}";
}
