using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary><c>logflow store users set</c>: makes a user, or changes its password and roles.</summary>
internal static class StoreUsersSetCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions tools, ServerOptions server)
    {
        var name = new Argument<string>("USER") { Description = "The user's name" };
        var roles = new Option<string[]>("--role")
        {
            Description = $"{StoreRoles.Choices}; repeatable (default: those it has)",
            HelpName = "ROLE",
        };
        var file = new Option<string?>("--new-password-file")
        {
            Description = "File whose first line is the user's password (default: standard input)",
            HelpName = "FILE",
        };
        var keep = new Option<bool>("--keep-password") { Description = "Change the roles alone" };
        var command = new Command("set", "Make a user, or change its password and roles")
        {
            name, roles, file, keep,
        };
        roles.Validators.Add(result =>
        {
            foreach (var role in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (!StoreRoles.IsRole(role))
                {
                    result.AddError($"--role takes {StoreRoles.Choices}, not '{role}'");
                }
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var body = new JsonObject();
            if (parsed.GetValue(roles) is { Length: > 0 } given)
            {
                body["roles"] = new JsonArray([.. given.Select(static role => (JsonNode)role)]);
            }

            if (!parsed.GetValue(keep))
            {
                body["password"] = await PasswordInput.ReadAsync(
                    tools.OpenInput, parsed.GetValue(file), parsed.InvocationConfiguration.Error, cancellationToken);
            }
            else if (body.Count == 0)
            {
                throw new StartupException("there is nothing to change: --keep-password goes with --role", 2);
            }

            using var client = await StoreUsersCommand.OpenAsync(parsed, tools, server, cancellationToken);
            var user = parsed.GetValue(name)!;
            var answer = await client.SendAsync(
                HttpMethod.Put, StoreUsersCommand.PathOf(user), "", body, cancellationToken);
            var isNew = answer["created"]!.GetValue<bool>();
            parsed.InvocationConfiguration.Output.WriteLine($"user {user} was {(isNew ? "made" : "changed")}");
            if (isNew && !body.ContainsKey("roles"))
            {
                parsed.InvocationConfiguration.Error.WriteLine(
                    "it may do nothing yet: --role gives it a role (with --keep-password)");
            }

            return 0;
        });
        return command;
    }
}
