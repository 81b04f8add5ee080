namespace LogFlow.Store;

/// <summary>
/// The roles of users: <c>read</c>, <c>write</c> and <c>admin</c>, for all indices, or for those of a pattern where one
/// follows: <c>read:logs-app-*</c>. <c>superuser</c> is Elasticsearch's name for <c>admin</c>. Elasticsearch defines
/// roles of its own names elsewhere; here a role says all of itself.
/// </summary>
public static class StoreRoles
{
    /// <summary>What a role may be, for messages.</summary>
    public const string Choices = "read, write or admin, for all indices or for a pattern of them (read:logs-app-*)";

    /// <summary>Elasticsearch's bound on the length of an index's name, in bytes; a pattern is no longer.</summary>
    private const int PatternLengthMax = 255;

    /// <summary>Whether it is a role.</summary>
    public static bool IsRole(string role) => Read(role) is not null;

    /// <summary>What a role grants; null: it is none.</summary>
    internal static StoreGrant? Read(string role)
    {
        var colon = role.IndexOf(':', StringComparison.Ordinal);
        var pattern = colon < 0 ? "*" : role[(colon + 1)..];
        StoreAccess? access = (colon < 0 ? role : role[..colon]) switch
        {
            "read" => StoreAccess.Read,
            "write" => StoreAccess.Write,
            "admin" => StoreAccess.All,
            "superuser" when colon < 0 => StoreAccess.All,
            _ => null,
        };
        return access is { } granted && IsPattern(pattern) ? new StoreGrant([pattern], granted) : null;
    }

    /// <summary>
    /// What index names can be, and <c>*</c>. The rest of Elasticsearch's patterns (<c>?</c>, regular expressions) is
    /// refused, not taken for a name that no index has.
    /// </summary>
    internal static bool IsPattern(string pattern) => pattern.Length is > 0 and <= PatternLengthMax
        && !pattern.Any(static letter => letter is '?' or '/' or '\\' or ',' or '"' or '<' or '>' or '|' or '#'
            || char.IsWhiteSpace(letter) || char.IsControl(letter) || char.IsUpper(letter));
}
