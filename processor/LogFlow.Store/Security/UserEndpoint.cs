using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>/_security/user</c>: users, by Elasticsearch's native realm.</summary>
internal sealed class UserEndpoint(StoreUsers users)
{
    private const int NameLengthMax = 507; // Elasticsearch's.

    /// <param name="context">The request.</param>
    /// <param name="names">Names, separated by commas; null: all.</param>
    public async Task GetAsync(HttpContext context, string? names)
    {
        new UrlParameters(context.Request).Check("with_profile_uid");
        IndexAccess.Of(context).Administers("cluster:admin/xpack/security/user/get");
        var all = users.State.Users;
        StoreUser[] found = names is null
            ? [.. all.Values]
            : [.. names.Split(',').Select(name => all.GetValueOrDefault(name)).OfType<StoreUser>()];
        await HttpAnswer.JsonAsync(context, names is not null && found.Length == 0 ? 404 : 200, json =>
        {
            foreach (var user in found.DistinctBy(static user => user.Name))
            {
                json.WriteStartObject(user.Name);
                Write(json, user);
                json.WriteEndObject();
            }
        });
    }

    public async Task PutAsync(HttpContext context, string name, RequestBody body)
    {
        new UrlParameters(context.Request).Check("refresh");
        IndexAccess.Of(context).Administers("cluster:admin/xpack/security/user/put");
        CheckName(name);
        using var json = SearchEndpoint.Parse(await body.ReadAsync());
        var change = UserChange.Read(json?.RootElement);
        var password = change.Password is { } text ? PasswordHash.Of(text) : null;
        var isNew = false;
        users.Change(state =>
        {
            var known = state.Users.GetValueOrDefault(name);
            isNew = known is null;
            return state with { Users = state.Users.SetItem(name, change.Apply(name, known, password)) };
        });
        await HttpAnswer.JsonAsync(context, 200, output => output.WriteBoolean("created", isNew));
    }

    public async Task DeleteAsync(HttpContext context, string name)
    {
        new UrlParameters(context.Request).Check("refresh");
        IndexAccess.Of(context).Administers("cluster:admin/xpack/security/user/delete");
        var isFound = false;
        users.Change(state =>
        {
            isFound = state.Users.ContainsKey(name);
            return isFound ? state with { Users = state.Users.Remove(name) } : state;
        });
        await HttpAnswer.JsonAsync(context, isFound ? 200 : 404, json => json.WriteBoolean("found", isFound));
    }

    /// <summary>A new password: of anybody by an administrator, of oneself by every user.</summary>
    public async Task SetPasswordAsync(HttpContext context, string? name, RequestBody body)
    {
        new UrlParameters(context.Request).Check("refresh");
        var access = IndexAccess.Of(context);
        name ??= access.Principal.Name;
        if (access.Principal.User?.Name != name)
        {
            access.Administers("cluster:admin/xpack/security/user/change_password");
        }

        using var json = SearchEndpoint.Parse(await body.ReadAsync());
        var password = PasswordHash.Of(UserChange.Read(json?.RootElement).Password
            ?? throw UserChange.Invalid("password is missing"));
        Alter(name, user => user with { Password = password });
        await HttpAnswer.JsonAsync(context, 200, static _ => { });
    }

    /// <summary><c>_enable</c> and <c>_disable</c>.</summary>
    public async Task SetEnabledAsync(HttpContext context, string name, bool isEnabled)
    {
        new UrlParameters(context.Request).Check("refresh");
        IndexAccess.Of(context).Administers("cluster:admin/xpack/security/user/set_enabled");
        Alter(name, user => user with { IsEnabled = isEnabled });
        await HttpAnswer.JsonAsync(context, 200, static _ => { });
    }

    /// <summary>What is said of a user: never anything of its password.</summary>
    public static void Write(Utf8JsonWriter json, StoreUser user)
    {
        json.WriteString("username", user.Name);
        json.WriteStartArray("roles");
        foreach (var role in user.Roles)
        {
            json.WriteStringValue(role);
        }

        json.WriteEndArray();
        json.WriteString("full_name", user.FullName);
        json.WriteString("email", user.Email);
        json.WritePropertyName("metadata");
        WriteObject(json, user.Metadata);
        json.WriteBoolean("enabled", user.IsEnabled);
    }

    /// <summary>An object that a client gave, or an empty one.</summary>
    public static void WriteObject(Utf8JsonWriter json, JsonElement? value)
    {
        if (value is { } given)
        {
            given.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteEndObject();
    }

    /// <summary>What a Basic login can carry, and Elasticsearch takes.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= NameLengthMax && name.Trim() == name
        && name[0] != '_'
        && name.All(static letter => letter is >= ' ' and <= '~' and not (':' or '/' or ','));

    private void Alter(string name, Func<StoreUser, StoreUser> change) => users.Change(state =>
        state with
        {
            Users = state.Users.SetItem(name, change(state.Users.GetValueOrDefault(name)
                ?? throw UserChange.Invalid($"user [{name}] does not exist"))),
        });

    private static void CheckName(string name)
    {
        if (!IsName(name))
        {
            throw UserChange.Invalid(
                $"User names must be 1 to {NameLengthMax} printable ASCII characters, without a colon, slash or comma, "
                + "and begin with none of blank and underscore");
        }
    }
}
