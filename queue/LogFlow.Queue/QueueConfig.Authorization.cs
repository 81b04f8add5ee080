using LogFlow.Hosting;

namespace LogFlow.Queue;

/// <content>What clients may do: Kafka's keys.</content>
public partial class QueueConfig
{
    /// <summary>The one authorizer that there is, by Kafka's name for it.</summary>
    public const string StandardAuthorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

    /// <summary>
    /// <c>org.apache.kafka.metadata.authorizer.StandardAuthorizer</c>: clients may do what ACLs allow them
    /// (<c>kafka-acls</c>). Empty: everybody may do everything.
    /// </summary>
    [ConfigKey("authorizer.class.name")]
    public string AuthorizerClassName { get; set; } = "";

    /// <summary>Who may do everything: <c>User:admin;User:root</c>. The first ACL is made by one of them.</summary>
    [ConfigKey("super.users")]
    public string SuperUsers { get; set; } = "";

    /// <summary>Whether everybody may do everything to resources that no ACL speaks of.</summary>
    [ConfigKey("allow.everyone.if.no.acl.found")]
    public bool AllowEveryoneIfNoAclFound { get; set; }

    /// <summary>Whether ACLs are looked at.</summary>
    internal bool HasAuthorizer => AuthorizerClassName.Length > 0;

    /// <summary>The super users, one by one.</summary>
    internal IReadOnlySet<string> SuperUserSet => SuperUsers
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .ToHashSet(StringComparer.Ordinal);

    private void ValidateAuthorization(List<ConfigProblem> problems)
    {
        if (AuthorizerClassName is not ("" or StandardAuthorizer))
        {
            problems.Add(new("authorizer.class.name", $"is '{AuthorizerClassName}'; {StandardAuthorizer} is known"));
        }

        foreach (var user in SuperUserSet)
        {
            if (!user.Contains(':', StringComparison.Ordinal))
            {
                problems.Add(new("super.users", $"'{user}' is no principal: write User:{user}; semicolons between"));
            }
        }
    }
}
