using System.CommandLine;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary><c>logflow users delete</c>: users with all their passwords.</summary>
internal static class UsersDeleteCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var names = new Argument<string[]>("USER")
        {
            Description = "Users to delete",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("delete", "Delete users; who is logged in stays so until the connection ends")
        {
            names,
        };
        command.SetAction((parsed, cancellationToken) => ToolSession.AnswerAsync(
            parsed,
            options,
            async (session, stop) =>
            {
                var users = await session.Admin.ListUsersAsync(stop);
                return await Deletion.RunAsync(
                    session, "user", parsed.GetValue(names)!, name => DeleteAsync(session, users, name, stop));
            },
            cancellationToken));
        return command;
    }

    private static async Task<ErrorCode> DeleteAsync(
        ToolSession session, IReadOnlyList<UserCredential> users, string name, CancellationToken cancellationToken)
    {
        var outcome = ErrorCode.ResourceNotFound;
        foreach (var credential in users.Where(user => user.User == name))
        {
            if (SaslMechanism.Find(credential.Mechanism) is not { IsScram: true } mechanism)
            {
                return ErrorCode.UnsupportedSaslMechanism;
            }

            outcome = (await session.Admin.RemoveUserAsync(name, mechanism, cancellationToken)).Error;
            if (outcome != ErrorCode.None)
            {
                return outcome;
            }
        }

        return outcome;
    }
}
