using System.Text.Json;

namespace LogFlow.Store;

/// <summary>What a request says of a user. What it does not say stays as it is, as in Elasticsearch.</summary>
internal sealed record UserChange
{
    /// <summary>Secret.</summary>
    public string? Password { get; private init; }

    private IReadOnlyList<string>? Roles { get; init; }

    private string? FullName { get; init; }

    private string? Email { get; init; }

    private JsonElement? Metadata { get; init; }

    private bool? IsEnabled { get; init; }

    /// <exception cref="QueryException">400: something that is not known, or a password that is too short.</exception>
    public static UserChange Read(JsonElement? body)
    {
        var change = new UserChange();
        foreach (var property in body is { } given ? Json.Object(given, "user").EnumerateObject() : default)
        {
            change = property.Name switch
            {
                "username" => change,
                "password" => change with { Password = CheckPassword(Json.Scalar(property.Value, "password")) },
                "roles" => change with { Roles = CheckRoles(Json.Strings(property.Value, "roles")) },
                "full_name" => change with { FullName = Text(property) },
                "email" => change with { Email = Text(property) },
                "metadata" => change with { Metadata = Json.Object(property.Value, "metadata").Clone() },
                "enabled" => change with { IsEnabled = Json.Bool(property.Value, "enabled") },
                _ => throw QueryException.Unsupported($"[{property.Name}] of a user"),
            };
        }

        return change;
    }

    /// <summary>A user with this change.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="known">As it is; null: it is new.</param>
    /// <param name="password">Its new password; null: it keeps the one it has.</param>
    /// <exception cref="QueryException">400: it is new, and has none.</exception>
    public StoreUser Apply(string name, StoreUser? known, PasswordHash? password) => new()
    {
        Name = name,
        Password = password ?? known?.Password
            ?? throw Invalid("password must be specified unless you are updating an existing user"),
        Roles = Roles ?? known?.Roles ?? [],
        FullName = FullName ?? known?.FullName,
        Email = Email ?? known?.Email,
        Metadata = Metadata ?? known?.Metadata,
        IsEnabled = IsEnabled ?? known?.IsEnabled ?? true,
    };

    public static QueryException Invalid(string reason) =>
        new("validation_exception", $"Validation Failed: 1: {reason};");

    private static string CheckPassword(string password) => password.Length switch
    {
        < PasswordHash.PasswordLengthMin => throw Invalid(
            $"passwords must be at least [{PasswordHash.PasswordLengthMin}] characters long"),
        > PasswordHash.PasswordLengthMax => throw Invalid(
            $"passwords must be at most [{PasswordHash.PasswordLengthMax}] characters long"),
        _ => password,
    };

    private static string[] CheckRoles(string[] roles) =>
        roles.FirstOrDefault(static role => !StoreRoles.IsRole(role)) is { } wrong
            ? throw new QueryException("illegal_argument_exception",
                $"unknown role [{wrong}]: the store knows {StoreRoles.Choices}")
            : roles;

    private static string? Text(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Null ? null : Json.Scalar(property.Value, property.Name);
}
