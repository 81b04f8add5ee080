namespace LogFlow.Store;

/// <summary>An entry of <c>security.initial_users</c>: <c>name:password</c>.</summary>
internal static class InitialUser
{
    /// <summary>What an entry must be, for messages; never the entry itself.</summary>
    public static string Rule =>
        $"each is name:password, the name of printable ASCII without slash and comma, the password of at least "
        + $"{PasswordHash.PasswordLengthMin} characters";

    public static bool IsOne(string entry) => Split(entry) is var (name, password)
        && UserEndpoint.IsName(name)
        && password.Length is >= PasswordHash.PasswordLengthMin and <= PasswordHash.PasswordLengthMax;

    public static (string Name, string Password) Split(string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (entry[..colon], entry[(colon + 1)..]);
    }

    /// <summary>The user that an entry makes.</summary>
    public static StoreUser Make(string entry)
    {
        var (name, password) = Split(entry);
        return new StoreUser { Name = name, Password = PasswordHash.Of(password), Roles = ["admin"] };
    }
}
