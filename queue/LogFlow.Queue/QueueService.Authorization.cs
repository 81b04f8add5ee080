using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <content>Who may do what.</content>
public sealed partial class QueueService
{
    /// <summary>Null: nothing is asked, everybody may do everything.</summary>
    private Authorizer? MakeAuthorizer(AclStore acls)
    {
        var count = acls.Current.All.Count;
        if (!_config.HasAuthorizer)
        {
            if (count > 0)
            {
                Log.AclsNotInForce(_logger, count);
            }

            return null;
        }

        var superUsers = _config.SuperUserSet;
        if (count == 0 && superUsers.Count == 0 && !_config.AllowEveryoneIfNoAclFound)
        {
            Log.NobodyMay(_logger);
        }

        return new Authorizer(
            acls,
            superUsers,
            _config.AllowEveryoneIfNoAclFound,
            _metrics,
            _time,
            _loggers.CreateLogger<Authorizer>());
    }

    private static partial class Log
    {
        [LoggerMessage(3058, LogLevel.Warning,
            "{Count} ACLs are kept and not in force: everybody may do everything until authorizer.class.name says "
            + QueueConfig.StandardAuthorizer + ".")]
        public static partial void AclsNotInForce(ILogger logger, int count);

        [LoggerMessage(3059, LogLevel.Warning,
            "Nobody may do anything: authorizer.class.name is set, and there is no ACL and no super user who could "
            + "make one. Name one in super.users (User:name).")]
        public static partial void NobodyMay(ILogger logger);
    }
}
