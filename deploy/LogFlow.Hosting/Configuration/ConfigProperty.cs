using System.Collections.Concurrent;
using System.Reflection;

namespace LogFlow.Hosting;

/// <summary>A property of a configuration class, with its key.</summary>
internal sealed record ConfigProperty(ConfigKeyAttribute Attribute, PropertyInfo Property)
{
    private static readonly ConcurrentDictionary<Type, ConfigProperty[]> Known = new();

    public string Key => Attribute.Key;

    /// <summary>The properties of a class that carry a key, in declaration order.</summary>
    public static ConfigProperty[] Of(Type type) => Known.GetOrAdd(type, static declaring =>
        [.. declaring.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Select(property => (Attribute: property.GetCustomAttribute<ConfigKeyAttribute>(), Property: property))
            .Where(pair => pair.Attribute is not null)
            .Select(pair => new ConfigProperty(pair.Attribute!, pair.Property))]);

    /// <summary>Whether the type is a configuration class of its own rather than a value.</summary>
    public static bool IsSection(Type type) => type.IsClass && Of(type).Length > 0;

    /// <summary>The element type of a <c>List&lt;T&gt;</c>, or null.</summary>
    public static Type? ListElement(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>Whether it takes whatever is written, with the types it has there.</summary>
    public static bool IsTree(Type type) => type == typeof(Dictionary<string, object?>);

    /// <summary>Whether it reads what was written itself.</summary>
    public static bool ReadsItself(Type type) => typeof(IReadsConfig).IsAssignableFrom(type);

    /// <summary>Whether it is a dictionary of free keys.</summary>
    public static bool IsDictionary(Type type) => type == typeof(Dictionary<string, string>);
}
